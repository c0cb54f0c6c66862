// PAS-1, PAS-2: a request to an account: who may answer it, what the others hear who come, and what of it
// repeats. The asker is always the initiator.

import { describe, expect, test } from "vitest";
import { step } from "../../../shared/core/pairing/attempt.ts";
import { noticesFor } from "../../../shared/core/pairing/notices.ts";
import {
  type AttemptState,
  type AwaitingAnswer,
  isAsked,
  type Party,
  roleOf,
} from "../../../shared/core/pairing/state.ts";
import {
  after,
  ANN,
  ANNS_HANDLE,
  ANNS_TABLET,
  ask,
  ASKED,
  askMessage,
  atOf,
  BEN,
  BENS_TABLET,
  CEM,
  claim,
  claimMessage,
  LOCATOR,
  NOW,
  open,
  openMessage,
  owedErrand,
  PARTIES,
  replyOf,
  say,
  servedBy,
  toldTo,
  WRONG_TAG,
} from "./examples.ts";

const OPEN_ASK = after(open(ANN, askMessage()));

describe("PAS-1: asking", () => {
  test("an account stands at once, owes its mailbox the request, and tells the asker until when", () => {
    const decision = step({ at: "free" }, ask(), NOW);
    expect(decision.state).toMatchObject({
      at: "awaitingClaim",
      method: "passphrase",
      to: BEN.userId,
      initiator: ANN,
      handle: ANNS_HANDLE,
    });
    expect(toldTo("initiator", decision)).toEqual(["opened"]);
    expect(servedBy(decision)).toEqual(["request"]);
    expect(owedErrand(decision.state, "request")).toEqual({
      kind: "request",
      owner: BEN.userId,
      sid: askMessage().sid,
      request: {
        sid: askMessage().sid,
        from: ANN.userId,
        handle: ANNS_HANDLE,
        locator: LOCATOR,
        openedAt: NOW,
        claimBy: NOW + 60_000,
        answerBy: NOW + 90_000,
      },
    });
  });

  test("whoever enters the locator owes nobody a request", () => {
    expect(OPEN_ASK).toMatchObject({ at: "awaitingClaim", to: null, owes: [] });
  });

  test("tells the mailbox nothing that the passphrase is entered into", () => {
    const { request } = owedErrand(after(ask()), "request") as never;
    expect(request).not.toHaveProperty("share");
    expect(request).not.toHaveProperty("commitment");
  });

  test("again with the same bytes repeats; with others, or from elsewhere, the locator is taken", () => {
    const state = ASKED.awaitingClaim;
    const again = step(state, ask(), NOW + 1_000);
    expect(replyOf(again)).toBe("repeated");
    expect(again.state).toBe(state);
    const others = [
      ask(askMessage(9)),
      open(ANNS_TABLET, askMessage(), BEN.userId),
      open(CEM, askMessage(), BEN.userId),
      open(BEN, openMessage()),
    ];
    for (const other of others) {
      const decision = step(state, other, NOW);
      expect(replyOf(decision)).toBe("locator-taken");
      expect(decision.state).toBe(state);
    }
  });
});

describe("PAS-2: answering a request that waits", () => {
  test.for([
    ["the device that is asked", BEN],
    ["any other device of that account", BENS_TABLET],
  ] as const)("%s may, and is the responder then", ([, who]) => {
    const decision = step(ASKED.awaitingClaim, claim(who), NOW + 1);
    expect(decision.state).toMatchObject({ at: "awaitingAnswer", responder: who });
    expect(replyOf(decision)).toBe("taken");
    expect(toldTo("initiator", decision)).toEqual(["claim"]);
    expect(toldTo("responder", decision)).toEqual(["claimed"]);
    expect(servedBy(decision)).toEqual(["answered"]);
    expect(owedErrand(decision.state, "answered")).toEqual({
      kind: "requestOver",
      owner: BEN.userId,
      sid: askMessage().sid,
      outcome: "answered",
    });
  });

  test("a stranger who enters its locator is heard as at a free one, whatever they know", () => {
    for (const message of [claimMessage(), claimMessage(9, WRONG_TAG)]) {
      const decision = step(ASKED.awaitingClaim, claim(CEM, message), NOW);
      expect(decision.state).toBe(ASKED.awaitingClaim);
      expect(decision.effects).toEqual([]);
      expect(replyOf(decision)).toBe("stray");
    }
  });

  test("no device of the asker's own account may, nor at a locator", () => {
    for (const state of [ASKED.awaitingClaim, OPEN_ASK]) {
      for (const who of [ANN, ANNS_TABLET]) {
        const decision = step(state, claim(who), NOW);
        expect(replyOf(decision)).toBe("own-key");
        expect(decision.state).toBe(state);
      }
    }
  });

  test("no account can be asked by itself and answer itself", () => {
    const state = after(open(ANN, askMessage(), ANN.userId));
    expect(replyOf(step(state, claim(ANNS_TABLET), NOW))).toBe("own-key");
  });

  test("an open request is answered by whoever comes first", () => {
    expect(step(OPEN_ASK, claim(CEM), NOW).state).toMatchObject({ responder: CEM });
  });
});

describe("PAS-2: a request that is answered", () => {
  const answered = atOf(ASKED, "awaitingAnswer");

  test("tells another device of that account, whatever it says, that it was answered elsewhere", () => {
    for (const state of [answered, ASKED.matched]) {
      for (const message of [claimMessage(), claimMessage(9)]) {
        const decision = step(state, claim(BENS_TABLET, message), NOW);
        expect(replyOf(decision)).toBe("answered-elsewhere");
        expect(decision.state).toBe(state);
        expect(decision.effects).toEqual([]);
      }
    }
  });

  test("tells another device of that account, once it has failed, that it is over", () => {
    expect(replyOf(step(ASKED.failed, claim(BENS_TABLET), NOW))).toBe("attempt-over");
    const unanswered = after(ask(), say("cancel", ANN));
    for (const who of [BEN, BENS_TABLET]) {
      expect(replyOf(step(unanswered, claim(who), NOW))).toBe("attempt-over");
    }
  });

  test("repeats itself to the same bytes of the same device", () => {
    const again = step(answered, claim(), NOW + 1_000);
    expect(again.state).toBe(answered);
    expect(again.effects).toEqual([]);
    expect(again.reply).toMatchObject({
      kind: "repeated",
      notices: [{ type: "claimed", answerBy: answered.answerBy, now: NOW + 1_000 }],
    });
  });

  test("PAS-3: takes no other bytes of the same device, in any member", () => {
    const first = claimMessage();
    const other = claimMessage(9, WRONG_TAG);
    const members = ["share", "commitment", "tag", "confirmation", "identity", "card"] as const;
    for (const member of members) {
      const changed = { ...first, [member]: other[member] };
      const directed = step(answered, claim(BEN, changed), NOW);
      expect(replyOf(directed)).toBe("answered-elsewhere");
      expect(directed.state).toBe(answered);
      const undirected = step(after(open(), claim()), claim(BEN, changed), NOW);
      expect(replyOf(undirected)).toBe("out-of-turn");
    }
  });

  test("PAS-7: is still heard by strangers as a free locator", () => {
    for (const state of [answered, ASKED.matched, ASKED.failed]) {
      const decision = step(state, claim(CEM), NOW);
      expect(replyOf(decision)).toBe("stray");
      expect(decision.state).toBe(state);
    }
  });

  test("has one responder: the other devices of the account are no side any more", () => {
    expect(roleOf(answered, BEN)).toBe("responder");
    expect(roleOf(answered, BENS_TABLET)).toBeNull();
    for (const type of ["cancel", "refuse"] as const) {
      const decision = step(answered, say(type, BENS_TABLET), NOW);
      expect(replyOf(decision)).toBe("out-of-turn");
      expect(decision.state).toBe(answered);
    }
  });
});

describe("PAS-2: what each sees of a request", () => {
  const seenBy = (state: AttemptState, who: Party): string[] => {
    const role = roleOf(state, who);
    return role === null ? [] : noticesFor(state, role, NOW).map(({ type }) => type);
  };

  test("as it waits, each device of who is asked sees the offer, the asking device what it opened, nobody else anything", () => {
    const seen = PARTIES.map((who) => seenBy(ASKED.awaitingClaim, who));
    expect(seen).toEqual([["opened"], [], ["offer"], ["offer"], []]);
  });

  test("once it is answered, the asker sees the claim again and the device that answered its confirmation", () => {
    const seen = PARTIES.map((who) => seenBy(ASKED.awaitingAnswer, who));
    expect(seen).toEqual([["opened", "claim"], [], ["claimed"], [], []]);
  });

  test("at the end, both sides see the same end", () => {
    for (const [state, told] of [
      [ASKED.matched, "matched"],
      [ASKED.failed, "ended"],
    ] as const) {
      expect(PARTIES.map((who) => seenBy(state, who))).toEqual([[told], [], [told], [], []]);
    }
  });

  test("the claim's tag, boxes and confirmation reach the asker only as far as it must answer", () => {
    const [, notice] = noticesFor(ASKED.awaitingAnswer, "initiator", NOW);
    expect(Object.keys(notice ?? {}).toSorted()).toEqual([
      "commitment",
      "confirmation",
      "share",
      "type",
    ]);
  });

  test("of keys and open requests nobody is asked by name", () => {
    for (const state of [after(open()), OPEN_ASK] as Exclude<AttemptState, { at: "free" }>[]) {
      for (const who of PARTIES) expect(isAsked(state, who)).toBe(false);
      expect(roleOf(state, BEN)).toBeNull();
    }
  });
});

test("PAS-1: T1 and T2 of a key do not depend on what is said of it", () => {
  const stated = { ...openMessage(), t1Seconds: 10, t2Seconds: 20 };
  const state = after(open(ANN, stated)) as AwaitingAnswer;
  expect(state.claimBy - state.openedAt).toBe(120_000);
  expect(state.answerBy - state.openedAt).toBe(150_000);
});
