// PAS-3, PAS-10, PAS-11: two devices meet by a spoken passphrase over a server that the test plays: what each
// believes is what it has verified itself.

import { describe, expect, test } from "vitest";
import { type Acquaint, memoryStore, type Meeting } from "../../shared/client/node.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import type { AttemptRequest } from "../../shared/wire/pairing.ts";
import { BEN, CEM, eventually, heardOn, OWN_LOCATOR, PairingWorld } from "./pairingWorld.ts";
import type { TestSocket } from "./world.ts";

interface Side {
  readonly world: PairingWorld;
  readonly acquaint: Acquaint;
  readonly meeting: Meeting;
  readonly socket: TestSocket;
}

type Said<Type extends AttemptRequest["type"]> = Extract<AttemptRequest, { type: Type }>;

async function said<Type extends AttemptRequest["type"]>(socket: TestSocket, type: Type) {
  const isIt = (message: AttemptRequest): message is Said<Type> => message.type === type;
  await eventually(() => heardOn(socket).some(isIt));
  return heardOn(socket).find(isIt)!;
}

interface Wanted {
  readonly annSays?: string;
  readonly benSays?: string;
  /** Whom Ann believes to ask; left out, whoever comes. */
  readonly to?: (ben: UserId) => UserId;
  /** From whom Ben believes a request to be; left out, he enters the locator. */
  readonly from?: (ann: UserId) => UserId;
}

/** Both have said their part: the opening, the claim and the answer. */
async function exchanged({ annSays = "blue harbour", benSays = annSays, to, from }: Wanted = {}) {
  const [worldOfAnn, worldOfBen] = [new PairingWorld(), new PairingWorld()];
  const ann = await worldOfAnn.open(memoryStore());
  const ben = await worldOfBen.open(memoryStore());
  const asked = ann.ask({ passphrase: annSays, ...(to && { to: to(ben.me.userId) }) });
  const annsSocket = await worldOfAnn.attempt(0);
  const { sid, share, commitment } = await worldOfAnn.stand(annsSocket);
  const opened = (await asked).asked!;
  const openedAt = worldOfAnn.serverNow();

  let entered: Promise<Meeting>;
  if (from === undefined) {
    entered = ben.enterPassphrase(OWN_LOCATOR, benSays);
  } else {
    ben.connect();
    const line = await worldOfBen.line();
    await worldOfBen.ring(line, ben, worldOfBen.request(sid, { from: from(ann.me.userId) }));
    entered = ben.requests.answer(sid, benSays);
  }
  const bensSocket = await worldOfBen.attempt(0);
  bensSocket.accept();
  const times = { openedAt, claimBy: openedAt + 60_000, answerBy: openedAt + 90_000 };
  const offer = { type: "offer", method: "passphrase", sid, share, commitment, ...times };
  bensSocket.say([{ ...offer, now: worldOfBen.serverNow() }]);
  const claim = await said(bensSocket, "claim");
  annsSocket.say([
    {
      type: "claim",
      share: claim.share,
      commitment: claim.commitment,
      confirmation: claim.confirmation,
    },
  ]);
  const answer = await said(annsSocket, "answer");
  const annsSide: Side = {
    world: worldOfAnn,
    acquaint: ann,
    meeting: await asked,
    socket: annsSocket,
  };
  const bensSide: Side = {
    world: worldOfBen,
    acquaint: ben,
    meeting: await entered,
    socket: bensSocket,
  };
  return { ann: annsSide, ben: bensSide, claim, answer, opened, matchedAt: openedAt + 5 };
}

type Exchanged = Awaited<ReturnType<typeof exchanged>>;

function release({ ann, ben, claim, answer, matchedAt }: Exchanged): void {
  const boxes = ({ confirmation, identity, card }: Said<"claim"> | Said<"answer">) => ({
    type: "matched",
    confirmation,
    identity,
    card,
    matchedAt,
  });
  ann.socket.say([boxes(claim)]);
  ben.socket.say([boxes(answer)]);
}

describe("PAS-10: two who say the same", () => {
  test("in any spelling are connected, each by what it has verified, with one receipt", async () => {
    const met = await exchanged({ annSays: "Blue Harbour", benSays: " blue   HARBOUR " });
    expect(met.answer.tag).toBe(met.claim.tag);
    release(met);
    const { ann, ben } = met;
    const [bens, anns] = await Promise.all([ann.meeting.contact, ben.meeting.contact]);
    expect(bens).toMatchObject({
      userId: ben.acquaint.me.userId,
      method: "passphrase",
      verified: true,
    });
    expect(anns).toMatchObject({ userId: ann.acquaint.me.userId, method: "passphrase" });
    expect(bens.receiptHash).toBe(anns.receiptHash);
    for (const { meeting } of [ann, ben]) {
      expect(meeting.events.map(({ event }) => event).slice(-3)).toEqual([
        "matched",
        "card",
        "connected",
      ]);
    }
  });

  test("are connected by a request to an account, when each is whom the other meant", async () => {
    const met = await exchanged({ to: (ben) => ben, from: (ann) => ann });
    release(met);
    await Promise.all([met.ann.meeting.contact, met.ben.meeting.contact]);
  });

  test("to the one who asked someone else, the server has passed off a stranger: nobody is added", async () => {
    const met = await exchanged({ to: () => BEN, from: (ann) => ann });
    release(met);
    await expect(met.ann.meeting.contact).rejects.toMatchObject({ reason: "tampered" });
    expect(await met.ann.acquaint.contacts.get(met.ben.acquaint.me.userId)).toBeNull();
    expect(heardOn(met.ann.socket).at(-1)).toEqual({ type: "acknowledge" });
  });

  test("to the one who answered someone else, the server has passed off a stranger: nobody is added", async () => {
    const met = await exchanged({ from: () => CEM });
    release(met);
    await expect(met.ben.meeting.contact).rejects.toMatchObject({ reason: "tampered" });
    expect(await met.ben.acquaint.contacts.get(met.ann.acquaint.me.userId)).toBeNull();
  });

  test("do not believe a match whose boxes are not the peer's", async () => {
    const met = await exchanged();
    release({ ...met, answer: { ...met.answer, confirmation: met.claim.confirmation } });
    await met.ann.meeting.contact;
    await expect(met.ben.meeting.contact).rejects.toMatchObject({ reason: "tampered" });
  });
});

describe("PAS-3: two who say something else", () => {
  test("have other tags, and nothing of identity or card is sealed for a wrong guess", async () => {
    const met = await exchanged({ annSays: "blue harbour", benSays: "blue harbor" });
    expect(met.answer.tag).not.toBe(met.claim.tag);
    expect(met.answer).toMatchObject({ identity: null, card: null });
  });

  test("are not connected by a server that says they match", async () => {
    const met = await exchanged({ benSays: "something else" });
    const { identity, card } = met.claim;
    release({ ...met, answer: { ...met.answer, identity, card } });
    for (const { meeting } of [met.ann, met.ben]) {
      await expect(meeting.contact).rejects.toMatchObject({ reason: "tampered" });
    }
    for (const { acquaint, world } of [met.ann, met.ben]) {
      world.respond = (path) =>
        path === "/v1/contacts" ? Promise.reject(new TypeError("offline")) : undefined;
      expect(await acquaint.contacts.list()).toEqual([]);
    }
  });

  test("burn what they said, both of them", async () => {
    const met = await exchanged({ annSays: "one thing", benSays: "another thing" });
    for (const [{ acquaint, meeting, socket }, words] of [
      [met.ann, "one thing"],
      [met.ben, "another thing"],
    ] as const) {
      socket.say([{ type: "ended", outcome: "mismatch" }]);
      await expect(meeting.contact).rejects.toMatchObject({ reason: "mismatch" });
      await expect(acquaint.ask({ passphrase: words })).rejects.toMatchObject({
        problem: { code: "burnt" },
      });
    }
  });
});

test("PAS-3: a passphrase that led to a verified peer may serve again, and only then", async () => {
  const met = await exchanged();
  release(met);
  await Promise.all([met.ann.meeting.contact, met.ben.meeting.contact]);
  for (const { acquaint, world } of [met.ann, met.ben]) {
    const before = world.attempts.length;
    const again = acquaint.ask({ passphrase: "blue harbour" });
    await world.stand(await world.attempt(before));
    expect((await again).isOver).toBe(false);
  }
  const passedOff = await exchanged({ to: () => BEN });
  release(passedOff);
  await expect(passedOff.ann.meeting.contact).rejects.toMatchObject({ reason: "tampered" });
  await expect(passedOff.ann.acquaint.ask({ passphrase: "blue harbour" })).rejects.toMatchObject({
    problem: { code: "burnt" },
  });
});

test("PAS-11: one passphrase makes other keys at each attempt: no tag, confirmation or box repeats", async () => {
  const [one, other] = [await exchanged(), await exchanged()];
  for (const member of [
    "share",
    "commitment",
    "tag",
    "confirmation",
    "identity",
    "card",
  ] as const) {
    expect(one.claim[member]).not.toBe(other.claim[member]);
  }
  expect(one.answer.confirmation).not.toBe(one.claim.confirmation);
  expect(one.answer.card).not.toBe(one.claim.card);
});

test("PAS-4: the asker's device shows until when by its own clock", async () => {
  const { opened, ann } = await exchanged();
  const now = ann.world.clock.now();
  expect(opened).toMatchObject({ expiresAt: now + 60_000, answerBy: now + 90_000 });
  const claimed = ann.meeting.events.find(({ event }) => event === "claimed");
  expect(claimed).toEqual({ event: "claimed", answerBy: now + 90_000 });
});
