// PAS-3 and PAS-10 against a server that lies about meetings by passphrase: whatever it changes, no device
// ends connected to someone other than it asked or answered, and what it has offered is not offered again.

import { afterAll, beforeAll, expect, test } from "vitest";
import { ristretto255 } from "@noble/curves/ed25519.js";
import { toBase64Url } from "../../shared/core/crypto/bytes.ts";
import { type FailureReason, memoryStore } from "../../shared/client/node.ts";
import { type Frame, type Message, startChaosProxy, type Verdict } from "../support/chaosProxy.ts";
import { outcomeOf } from "../support/clients.ts";
import { corrupted } from "../support/corrupted.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";
import {
  askAndAnswer,
  BOTH_CONNECTED,
  expectBurnt,
  expectNothingVerified,
  openListener,
  outcomesOf,
  whenSeen,
} from "../support/spoken.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

type Side = "initiator" | "responder";
type Rule = (frame: Frame) => Verdict;

const PASSPHRASE = "seven quiet owls";

const altering =
  (way: Frame["side"], type: string, change: (message: Message) => unknown): Rule =>
  ({ side, types, messages }) =>
    side === way && types.includes(type)
      ? { replace: messages.map((one) => (one.type === type ? change(one) : one)) }
      : "pass";

const member = (name: string, alter: (value: unknown) => unknown) => (message: Message) => ({
  ...message,
  [name]: alter(message[name]),
});
const flipped = (value: unknown) => corrupted(String(value));
const later = (value: unknown) => Number(value) + 1;
const otherPoint = () => toBase64Url(ristretto255.Point.BASE.multiply(4_321n).toBytes());
const noPoint = () => toBase64Url(new Uint8Array(32).fill(0xff));

function reflecting(): Rule {
  let own: Message | undefined;
  return (frame) => {
    own ??= frame.messages.find(({ type }) => type === "open");
    const reflect = (claim: Message) => ({
      ...claim,
      share: own?.["share"],
      commitment: own?.["commitment"],
    });
    return altering("down", "claim", reflect)(frame);
  };
}

const swapBoxes = (message: Message) => ({
  ...message,
  identity: message["card"],
  card: message["identity"],
});

interface Lie {
  readonly what: string;
  readonly victim: Side;
  readonly rule: Rule;
  readonly ends: FailureReason;
  /** The victim has said what the server could check a guess by. */
  readonly isBurnt: boolean;
}

const lie = (victim: Side, ends: FailureReason, what: string, rule: Rule, isBurnt = true): Lie => ({
  what,
  victim,
  rule,
  ends,
  isBurnt,
});

const LIES: Lie[] = [
  lie(
    "responder",
    "tampered",
    "the sid of the offer",
    altering("down", "offer", member("sid", flipped)),
    false,
  ),
  lie(
    "responder",
    "mismatch",
    "the share of the offer",
    altering("down", "offer", member("share", otherPoint)),
  ),
  lie(
    "responder",
    "tampered",
    "the share of the offer, for no point",
    altering("down", "offer", member("share", noPoint)),
    false,
  ),
  lie(
    "responder",
    "mismatch",
    "the commitment of the offer",
    altering("down", "offer", member("commitment", flipped)),
  ),
  lie(
    "responder",
    "tampered",
    "the time of the offer",
    altering("down", "offer", member("openedAt", later)),
  ),
  lie(
    "responder",
    "mismatch",
    "the tag of the claim",
    altering("up", "claim", member("tag", flipped)),
  ),
  lie(
    "responder",
    "mismatch",
    "the share of the claim",
    altering("up", "claim", member("share", otherPoint)),
  ),
  lie(
    "responder",
    "mismatch",
    "the commitment of the claim",
    altering("up", "claim", member("commitment", flipped)),
  ),
  lie(
    "initiator",
    "mismatch",
    "the sid of the opening",
    altering("up", "open", member("sid", flipped)),
  ),
  lie(
    "initiator",
    "tampered",
    "the time of the opening",
    altering("down", "opened", member("openedAt", later)),
  ),
  lie(
    "initiator",
    "mismatch",
    "the share of the claim",
    altering("down", "claim", member("share", otherPoint)),
  ),
  lie("initiator", "mismatch", "the share of the claim, for its own", reflecting()),
  lie(
    "initiator",
    "mismatch",
    "the commitment of the claim",
    altering("down", "claim", member("commitment", flipped)),
  ),
  lie(
    "initiator",
    "mismatch",
    "the confirmation of the claim",
    altering("down", "claim", member("confirmation", flipped)),
  ),
  lie(
    "initiator",
    "mismatch",
    "the tag of the answer",
    altering("up", "answer", member("tag", flipped)),
  ),
  ...(["initiator", "responder"] as const).flatMap((victim) => [
    lie(
      victim,
      "tampered",
      "the confirmation released",
      altering("down", "matched", member("confirmation", flipped)),
    ),
    lie(
      victim,
      "tampered",
      "the identity released",
      altering("down", "matched", member("identity", flipped)),
    ),
    lie(victim, "tampered", "the boxes, one for the other", altering("down", "matched", swapBoxes)),
  ]),
];

test.each(LIES)(
  "PAS-3, PAS-10: to the $victim, $what changed by the server ends as $ends, and never again with these words",
  async ({ victim, rule, ends, isBurnt }) => {
    const proxy = await startChaosProxy(server.url, { onFrame: rule });
    const urlOf = (side: Side) => (side === victim ? proxy.url : server.url);
    const ada = await openListener(urlOf("initiator"), { name: "Ada" });
    const ben = await openListener(urlOf("responder"), { name: "Ben" });
    const [asked, answered] = await askAndAnswer(ada, ben, PASSPHRASE);
    expect(await outcomeOf(victim === "initiator" ? asked : answered)).toBe(ends);
    const [device, other] = victim === "initiator" ? [ada, ben] : [ben, ada];
    await expectNothingVerified(device);
    if (isBurnt) await expectBurnt(device, other, PASSPHRASE);
  },
);

test("PAS-3, PAS-10: an old meeting replayed from the request to the match ends as tampered", async () => {
  const recorded = new Map<string, Message>();
  const lines = (...types: string[]) => types.map((type) => recorded.get(type));
  let isReplaying = false;
  const proxy = await startChaosProxy(server.url, {
    onFrame: (frame) => {
      if (frame.side === "up") return "pass";
      if (!isReplaying) {
        for (const one of frame.messages) recorded.set(one.type, one);
        return "pass";
      }
      if (frame.types.includes("ready")) frame.inject("down", lines("request"));
      if (!frame.path.includes("attempts")) return "pass";
      frame.inject("down", lines("offer", "claimed", "matched"));
      return "stall";
    },
  });
  const store = memoryStore();
  const ada = await openListener(server.url);
  const ben = await openListener(proxy.url, { store });
  const meetings = await askAndAnswer(ada, ben, PASSPHRASE);
  expect(await outcomesOf(meetings)).toEqual(BOTH_CONNECTED);
  const known = await ben.contacts.get(ada.me.userId);
  await ben.close();
  isReplaying = true;
  const again = await openListener(proxy.url, { store });
  const { sid } = await whenSeen(again, () => again.requests.waiting[0]);
  const answered = await again.requests.answer(sid, PASSPHRASE);
  expect(await outcomeOf(answered)).toBe("tampered");
  expect(await again.contacts.get(ada.me.userId)).toEqual(known);
});

test("PAS-3: a second offer after the first gets no second claim", async () => {
  let offer: Message | undefined;
  const proxy = await startChaosProxy(server.url, {
    onFrame: ({ messages: [message] }) => {
      if (message?.type === "offer") offer = message;
      return message?.type === "claimed"
        ? { replace: [{ ...offer, share: otherPoint() }] }
        : "pass";
    },
  });
  const ada = await openListener(server.url);
  const ben = await openListener(proxy.url);
  const [, answered] = await askAndAnswer(ada, ben, PASSPHRASE);
  expect(await outcomeOf(answered)).toBe("mismatch");
  expect(proxy.frames.filter(({ types }) => types.includes("claim"))).toHaveLength(1);
  await expectBurnt(ben, ada, PASSPHRASE);
});
