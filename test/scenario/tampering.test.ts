// PAS-3 and PAS-10 against a server that lies: whatever it changes, no device ends connected to
// someone it has not verified.

import { afterAll, beforeAll, expect, test } from "vitest";
import { ristretto255 } from "@noble/curves/ed25519.js";
import { toBase64Url } from "../../shared/core/crypto/bytes.ts";
import type { Acquaint, FailureReason, Meeting } from "../../shared/client/node.ts";
import { type Frame, type Message, startChaosProxy, type Verdict } from "../support/chaosProxy.ts";
import { codeOf, openClient, outcomeOf } from "../support/clients.ts";
import { corrupted } from "../support/corrupted.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

type Change = (message: Message, frame: Frame) => unknown[] | undefined;

const changing =
  (change: Change) =>
  (frame: Frame): Verdict => {
    const [message] = frame.messages;
    const changed = message === undefined ? undefined : change(message, frame);
    return changed === undefined ? "pass" : { replace: changed };
  };

/** A member of one kind of message, altered on its way down. */
const altering = (type: string, member: string, alter: (value: unknown) => unknown) =>
  changing((message, { side }) =>
    side === "down" && message.type === type
      ? [{ ...message, [member]: alter(message[member]) }]
      : undefined,
  );

const flipped = (value: unknown) => corrupted(String(value));
const later = (value: unknown) => Number(value) + 1;
const otherPoint = () => toBase64Url(ristretto255.Point.BASE.multiply(12_345n).toBytes());
const noPoint = () => toBase64Url(new Uint8Array(32).fill(0xff));

/** Gives the initiator its own first message back. */
function reflecting(): (frame: Frame) => Verdict {
  let own: Message | undefined;
  return changing((message) => {
    if (message.type === "open") own = message;
    if (message.type !== "claim" || own === undefined) return undefined;
    return [{ ...message, share: own["share"], commitment: own["commitment"] }];
  });
}

interface Lie {
  readonly what: string;
  /** The client behind the lying server; the other one is served honestly. */
  readonly victim: "initiator" | "responder";
  readonly rule: (frame: Frame) => Verdict;
  readonly ends: FailureReason;
}

const both = (ends: FailureReason, what: string, rule: Lie["rule"]): Lie[] => [
  { what, victim: "initiator", rule, ends },
  { what, victim: "responder", rule, ends },
];

const LIES: Lie[] = [
  {
    what: "the initiator's share, for another",
    victim: "responder",
    rule: altering("offer", "share", otherPoint),
    ends: "mismatch",
  },
  {
    what: "the initiator's share, for one that is no point",
    victim: "responder",
    rule: altering("offer", "share", noPoint),
    ends: "tampered",
  },
  {
    what: "the initiator's commitment",
    victim: "responder",
    rule: altering("offer", "commitment", flipped),
    ends: "mismatch",
  },
  {
    what: "the sid",
    victim: "responder",
    rule: altering("offer", "sid", flipped),
    ends: "mismatch",
  },
  {
    what: "the time in the offer",
    victim: "responder",
    rule: altering("offer", "openedAt", later),
    ends: "tampered",
  },
  {
    what: "the time at which the attempt opened",
    victim: "initiator",
    rule: altering("opened", "openedAt", later),
    ends: "tampered",
  },
  {
    what: "the responder's commitment",
    victim: "initiator",
    rule: altering("claim", "commitment", flipped),
    ends: "mismatch",
  },
  {
    what: "the responder's share, for one that is no point",
    victim: "initiator",
    rule: altering("claim", "share", noPoint),
    ends: "mismatch",
  },
  {
    what: "the responder's share, for another",
    victim: "initiator",
    rule: altering("claim", "share", otherPoint),
    ends: "mismatch",
  },
  {
    what: "the responder's share, for the initiator's own",
    victim: "initiator",
    rule: reflecting(),
    ends: "mismatch",
  },
  {
    what: "the confirmation of the claim",
    victim: "initiator",
    rule: altering("claim", "confirmation", flipped),
    ends: "mismatch",
  },
  ...both("tampered", "the confirmation", altering("matched", "confirmation", flipped)),
  ...both("tampered", "the sealed identity", altering("matched", "identity", flipped)),
  ...both(
    "tampered",
    "the boxes, one for the other",
    changing((message, { side }) =>
      side === "down" && message.type === "matched"
        ? [{ ...message, identity: message["card"], card: message["identity"] }]
        : undefined,
    ),
  ),
  {
    what: "a second claim after the first",
    victim: "initiator",
    rule: changing((message, { side }) =>
      side === "down" && message.type === "claim"
        ? [message, { ...message, share: otherPoint() }]
        : undefined,
    ),
    ends: "tampered",
  },
  ...both(
    "tampered",
    "a mismatch called a match",
    changing((message, { side }) =>
      side === "down" && (message.type === "claimed" || message.type === "claim")
        ? [message, forgedMatch()]
        : undefined,
    ),
  ),
];

test.each(LIES)(
  "PAS-10: to the $victim, $what changed by the server ends as $ends",
  async (lie) => {
    const proxy = await startChaosProxy(server.url, { onFrame: lie.rule });
    const urlOf = (role: Lie["victim"]) => (lie.victim === role ? proxy.url : server.url);
    const ada = await openClient(urlOf("initiator"), { name: "Ada" });
    const ben = await openClient(urlOf("responder"), { name: "Ben" });
    const shown = await ada.showKey();
    const code = codeOf(shown);
    const entered = await ben.enterKey(code).catch(() => null);
    const victim = lie.victim === "initiator" ? shown : entered;
    expect(victim === null ? "tampered" : await outcomeOf(victim)).toBe(lie.ends);
    await expectNothingKept(lie.victim === "initiator" ? ada : ben);
  },
);

test("PAS-10: to whoever is served a replayed match of another meeting, it ends as tampered", async () => {
  let recorded: Message | undefined;
  const proxy = await startChaosProxy(server.url, {
    onFrame: changing((message, { side }) => {
      if (side !== "down" || message.type !== "matched") return undefined;
      const replayed = recorded;
      recorded ??= message;
      return replayed === undefined ? undefined : [replayed];
    }),
  });
  const ada = await openClient(server.url);
  const ben = await openClient(proxy.url);
  const meetOnce = async (): Promise<[Meeting, Meeting]> => {
    const shown = await ada.showKey();
    return [shown, await ben.enterKey(codeOf(shown))];
  };
  const [, honest] = await meetOnce();
  expect(await outcomeOf(honest)).toBe("connected");
  const contact = await ben.contacts.get(ada.me.userId);
  const [, lied] = await meetOnce();
  expect(await outcomeOf(lied)).toBe("tampered");
  expect(await ben.contacts.get(ada.me.userId)).toEqual(contact);
});

test("PAS-10: matched payloads swapped between the two sides end as tampered on both", async () => {
  const held = new Map<"ada" | "ben", (match: Message) => void>();
  const swapped = {
    ada: new Promise<Message>((resolve) => held.set("ben", resolve)),
    ben: new Promise<Message>((resolve) => held.set("ada", resolve)),
  };
  const clients = await Promise.all(
    (["ada", "ben"] as const).map(async (name) => {
      const proxy = await startChaosProxy(server.url, {
        onFrame: async ({ messages: [message], side }) => {
          if (side !== "down" || message?.type !== "matched") return "pass";
          held.get(name)?.(message);
          return { replace: [await swapped[name]] };
        },
      });
      return openClient(proxy.url);
    }),
  );
  const [ada, ben] = clients as [Acquaint, Acquaint];
  const shown = await ada.showKey();
  const entered = await ben.enterKey(codeOf(shown));
  expect(await Promise.all([outcomeOf(shown), outcomeOf(entered)])).toEqual([
    "tampered",
    "tampered",
  ]);
  await expectNothingKept(ada);
  await expectNothingKept(ben);
});

test("PAS-3: a device answers one first message, and repeats the same bytes to a repeated one", async () => {
  const proxy = await startChaosProxy(server.url, {
    onFrame: changing((message, { side }) =>
      side === "down" && message.type === "claim" ? [message, message, message] : undefined,
    ),
  });
  const ada = await openClient(proxy.url);
  const ben = await openClient(server.url);
  const shown = await ada.showKey();
  const entered = await ben.enterKey(codeOf(shown));
  expect(await Promise.all([outcomeOf(shown), outcomeOf(entered)])).toEqual([
    "connected",
    "connected",
  ]);
  const answers = proxy.frames.filter(({ types }) => types.includes("answer"));
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
});

/** What a server could make up by itself. */
function forgedMatch(): unknown {
  const random = (length: number) => toBase64Url(crypto.getRandomValues(new Uint8Array(length)));
  const boxes = { confirmation: random(64), identity: random(500), card: random(300) };
  return { type: "matched", ...boxes, matchedAt: Date.now() };
}

/** Neither here nor, as verified, out of the mailbox. */
async function expectNothingKept(client: Acquaint): Promise<void> {
  const contacts = await client.contacts.list();
  expect(contacts.filter(({ verified }) => verified)).toEqual([]);
}
