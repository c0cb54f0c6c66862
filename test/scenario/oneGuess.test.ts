// PAS-3: a server that lies has one guess at each passphrase that a device offers, whatever it makes up:
// several claims, lost connections, restarts, crossed requests, silence, a dismissal that was none.

import { afterAll, beforeAll, expect, test } from "vitest";
import { type Acquaint, memoryStore } from "../../shared/client/node.ts";
import {
  type ChaosProxy,
  type Frame,
  type Message,
  startChaosProxy,
  type Verdict,
} from "../support/chaosProxy.ts";
import { IMPATIENT, outcomeOf } from "../support/clients.ts";
import { guessAtInitiator, guessAtResponder, LOWEST_SID } from "../support/guesses.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";
import { openListener, requestFrom, whenSeen } from "../support/spoken.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const SPOKEN = "green river stones";
const WRONG = ["grey river stones", "green liver stones", "green river bones"];
const LOCATOR = "999999999";
const BEN = "b".repeat(32);
type Guess = ReturnType<typeof guessAtInitiator>;

/** What the device has said that lets a guess be checked: each text once, however often it was repeated. */
function evaluated(proxy: ChaosProxy): Message[] {
  const said = proxy.frames
    .filter(({ side }) => side === "up")
    .flatMap(({ messages }) => messages)
    .filter(({ type }) => type === "claim" || type === "answer");
  return [...new Map(said.map((message) => [JSON.stringify(message), message])).values()];
}

const isOf = (frame: Frame, type: string) => frame.side === "down" && frame.types.includes(type);

/** Someone asks Ben, who exists but is away, through a server that lies. */
async function askingThrough(onFrame: (frame: Frame) => Verdict, store = memoryStore()) {
  const proxy = await startChaosProxy(server.url, { onFrame });
  const ben = await openListener(server.url);
  await ben.close();
  const ada = await openListener(proxy.url, { store, ports: IMPATIENT });
  return { proxy, ada, to: ben.me.userId };
}

/** As many round trips as a token, a socket and a claim take, and more: what the device would say has been said. */
async function leaveTimeToSpeak(device: Acquaint): Promise<void> {
  for (let roundTrips = 0; roundTrips < 6; roundTrips++) await device.contacts.list();
}

/** Remembers what the device opened, so that guesses can be made at it. */
function watchingOpening() {
  let open: Message | undefined;
  return {
    see: ({ messages: [message] }: Frame) => {
      if (message?.type === "open") open = message;
    },
    guess: (opened: Message, passphrase: string): Guess =>
      guessAtInitiator(open!, opened, passphrase),
  };
}

test("PAS-3: a right guess shows at once, and a wrong one shows that it is wrong: this is what is counted", async () => {
  for (const [passphrase, isRight] of [
    [SPOKEN, true],
    [WRONG[0]!, false],
  ] as const) {
    let guess: Guess | undefined;
    const opening = watchingOpening();
    const { proxy, ada, to } = await askingThrough((frame) => {
      opening.see(frame);
      if (!isOf(frame, "opened")) return "pass";
      guess = opening.guess(frame.messages[0]!, passphrase);
      return { replace: [...frame.messages, guess.claim] };
    });
    await ada.ask({ to, passphrase: SPOKEN });
    const answer = (await proxy.frameOf("answer")).messages[0]!;
    expect(guess?.isRight(answer)).toBe(isRight);
  }
});

test("PAS-3: of several claims, at once and over new connections, one is answered", async () => {
  let connections = 0;
  const opening = watchingOpening();
  const { proxy, ada, to } = await askingThrough((frame) => {
    opening.see(frame);
    if (!isOf(frame, "opened")) return "pass";
    const claims = WRONG.map((guess) => opening.guess(frame.messages[0]!, guess).claim);
    connections += 1;
    // First one claim and a cut; then the same again, and others with it.
    if (connections === 1) {
      frame.inject("down", [...frame.messages, claims[0]]);
      return "drop";
    }
    return { replace: [...frame.messages, ...claims] };
  });
  const asked = await ada.ask({ to, passphrase: SPOKEN });
  await proxy.frameOf("answer");
  proxy.cutAll();
  expect(await outcomeOf(asked)).toBe("tampered");
  expect(connections).toBe(2);
  expect(evaluated(proxy)).toHaveLength(1);
  await expect(ada.ask({ to, passphrase: SPOKEN })).rejects.toMatchObject({
    problem: { code: "burnt" },
  });
});

test("PAS-3: a device that starts again answers no other claim than before", async () => {
  const store = memoryStore();
  const opening = watchingOpening();
  let guesses = 0;
  const { proxy, ada, to } = await askingThrough((frame) => {
    opening.see(frame);
    if (isOf(frame, "ended") || frame.types.includes("cancel")) return "drop";
    if (!isOf(frame, "opened")) return "pass";
    const { claim } = opening.guess(frame.messages[0]!, WRONG[guesses++ % WRONG.length]!);
    return { replace: [...frame.messages, claim] };
  }, store);
  await ada.ask({ to, passphrase: SPOKEN });
  await proxy.frameOf("answer");
  await ada.close();
  const again = await openListener(proxy.url, { store, ports: IMPATIENT });
  const [pending] = await again.pendingMeetings();
  expect(await outcomeOf(pending!)).toBe("tampered");
  expect(guesses).toBe(2);
  expect(evaluated(proxy)).toHaveLength(1);
});

/** When the server makes its second guess, at the attempt that makes way for a made-up request. */
const MOMENTS = ["with the opening", "with the request", "with the cancellation", "with the claim"];

test.each(MOMENTS)(
  "PAS-3, PAS-9: a device that turns around to a made-up crossed request answers no claim as well (%s)",
  async (moment) => {
    const opening = watchingOpening();
    const crossed = guessAtResponder(LOWEST_SID, WRONG[0]!);
    let claim: unknown;
    let mailbox: Frame | undefined;
    let attempt: Frame | undefined;
    const lie = (when: string): void => {
      if (when === moment) attempt?.inject("down", [claim]);
    };
    const { proxy, ada, to } = await askingThrough((frame) => {
      opening.see(frame);
      if (isOf(frame, "ready")) mailbox = frame;
      if (isOf(frame, "opened")) {
        attempt = frame;
        claim = opening.guess(frame.messages[0]!, WRONG[1]!).claim;
        frame.inject("down", frame.messages);
        lie("with the opening");
        mailbox?.inject("down", [crossed.request(to, LOCATOR)]);
        lie("with the request");
        return "drop";
      }
      if (frame.side === "up" && frame.types.includes("cancel")) lie("with the cancellation");
      if (frame.side === "up" && frame.types.includes("claim")) lie("with the claim");
      // Nobody is at the made-up attempt but the server that made it up.
      if (!frame.path.includes(LOCATOR) || frame.side === "up") return "pass";
      frame.inject("down", [crossed.offer]);
      return "stall";
    });
    await proxy.frameOf("ready");
    void ada.ask({ to, passphrase: SPOKEN });
    const isTurned = moment === "with the cancellation" || moment === "with the claim";
    await proxy.frameOf(isTurned ? "claim" : "answer");
    await leaveTimeToSpeak(ada);
    const said = evaluated(proxy);
    expect(said).toHaveLength(1);
    if (said[0]!.type === "claim") expect(crossed.isRight(said[0]!)).toBe(false);
  },
);

test("PAS-3, PAS-9: of several made-up crossed requests a device turns around to one", async () => {
  const sids = [LOWEST_SID, LOWEST_SID.replace("-", "0"), LOWEST_SID.replace("-", "1")];
  const crossed = sids.map((sid) => guessAtResponder(sid, WRONG[0]!));
  const { proxy, ada, to } = await askingThrough((frame) => {
    if (isOf(frame, "opened")) {
      const ready = proxy.frames.find((one) => one.types.includes("ready"));
      ready?.inject(
        "down",
        crossed.map(({ request }, i) => request(to, `${LOCATOR.slice(1)}${i}`)),
      );
      return "pass";
    }
    const index = Number(/9{8}(\d)/.exec(frame.path)?.[1] ?? NaN);
    const made = crossed[index];
    if (made === undefined || frame.side === "up") return "pass";
    frame.inject("down", [made.offer]);
    return "stall";
  });
  await proxy.frameOf("ready");
  const asked = await ada.ask({ to, passphrase: SPOKEN });
  await proxy.frameOf("claim");
  await leaveTimeToSpeak(ada);
  expect(evaluated(proxy)).toHaveLength(1);
  expect(asked.role).toBe("responder");
});

test("PAS-3: a server that keeps silent about the end gets no second guess at the same passphrase", async () => {
  const opening = watchingOpening();
  const { proxy, ada, to } = await askingThrough((frame) => {
    opening.see(frame);
    if (frame.side === "up" && frame.types.includes("answer")) return "stall";
    if (!isOf(frame, "opened")) return "pass";
    return { replace: [...frame.messages, opening.guess(frame.messages[0]!, WRONG[0]!).claim] };
  });
  const asked = await ada.ask({ to, passphrase: SPOKEN });
  await proxy.frameOf("answer");
  expect(asked.isOver).toBe(false);
  for (const again of [
    () => ada.ask({ to, passphrase: SPOKEN }),
    () => ada.ask({ passphrase: SPOKEN.toUpperCase() }),
    () => ada.enterPassphrase("417", ` ${SPOKEN} `),
  ]) {
    await expect(again()).rejects.toMatchObject({ problem: { code: "burnt" } });
  }
  expect(evaluated(proxy)).toHaveLength(1);
});

test("PAS-3: a dismissal by another device that there is not does not give the passphrase free again", async () => {
  const made = guessAtResponder(LOWEST_SID, WRONG[0]!);
  const problem = { type: "about:blank", title: "x", status: 409, code: "answered-elsewhere" };
  const proxy = await startChaosProxy(server.url, {
    onFrame: (frame) => {
      if (isOf(frame, "ready")) {
        return { replace: [made.request(BEN, LOCATOR), ...frame.messages] };
      }
      if (!frame.path.includes(LOCATOR)) return "pass";
      if (frame.side === "down") {
        frame.inject("down", [made.offer]);
        return "stall";
      }
      return "pass";
    },
  });
  const ada = await openListener(proxy.url, { ports: IMPATIENT });
  const { sid } = await requestFrom(ada, { me: { ...ada.me, userId: BEN as never } });
  const answered = await ada.requests.answer(sid, SPOKEN);
  const claim = await proxy.frameOf("claim");
  claim.inject("down", [{ type: "problem", problem }]);
  expect(await outcomeOf(answered)).toBe("answeredElsewhere");
  await expect(ada.ask({ to: BEN, passphrase: SPOKEN })).rejects.toMatchObject({
    problem: { code: "burnt" },
  });
  await whenSeen(ada, () => (ada.requests.waiting.length === 0 ? true : undefined));
});
