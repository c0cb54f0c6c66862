// What a sealed text weighs on its way, and how long it takes to encode and decode, as CBOR, as JSON, and as the
// SIP MESSAGE that says the same.

import { randomBytes } from "node:crypto";
import { toBase32, toBase64Url } from "../shared/core/crypto/bytes.ts";
import { publicKeyOf } from "../shared/core/crypto/diffieHellman.ts";
import { openBox, sealBox } from "../shared/core/crypto/ratchet.ts";
import {
  acknowledgeKey,
  type RatchetState,
  startAsInitiator,
  startAsResponder,
} from "../shared/core/crypto/ratchetState.ts";
import { encodeContent } from "../shared/core/line/contentCoding.ts";
import { CODECS } from "../shared/wire/codec/codecs.ts";
import type { UserId } from "../shared/wire/ids.ts";
import type { Envelope, SendMessage } from "../shared/wire/line.ts";
import { decodeSip, encodeSip, type SipBox } from "./sipMessage.ts";
import { median, short, tableOf } from "./tables.ts";

const TEXT =
  "Shall we meet at the station at a quarter past six, or would you rather walk over from there, again?";
const BATCH = 16;
const ann = { userId: toBase32(randomBytes(20)) as UserId, deviceId: toBase32(randomBytes(16)) };
const ben = { userId: toBase32(randomBytes(20)) as UserId, deviceId: toBase32(randomBytes(16)) };
const A_TO_B = endpointsOf(ann, ben);
const B_TO_A = endpointsOf(ben, ann);

export function benchWire({ quick }: { quick: boolean }): void {
  const boxes = boxesOfSession();
  const rows = Object.entries(boxes).map(([name, box]) => [name, ...weigh(box)]);
  const header = ["bytes of 100 bytes of text", "box", "CBOR, sent", "CBOR, come", "JSON, sent"];
  header.push("JSON, come", "SIP", "SIP, compact");
  console.log(`\n${tableOf(header, rows)}`);
  console.log(`\n${timesTable(boxes["mid-burst"], quick ? 200 : 5_000)}`);
  console.log(`
"mid-burst": the key of this turn is known; "first of a turn" carries it; "first of a session" also what the
session begins with (X3DH), until it is answered. "sent": the sender's frame, which names the receiver; "come": the
receiver's, which names the sender and the place. In frames of ${BATCH}, as the SDK sends and a mailbox delivers them, a
mid-burst message comes to ${short(batchedBytes(boxes["mid-burst"]))} bytes as CBOR sent. A WebSocket adds 8 bytes to a frame sent and 4 to one that
comes, in whichever encoding. SIP has none but the required header fields, and is answered with one response each;
"compact" uses the short names of RFC 3261, section 7.3.3. To reach: 200 bytes for 100 bytes of text.`);
}

/** Ann begins, Ben answers; she then says two things in a row. */
function boxesOfSession() {
  const root = randomBytes(32);
  const prekey = keyPair();
  const ephemeralKey = keyPair().publicKey;
  const header = { signedPrekeyId: 7, oneTimePrekeyId: 321, ephemeralKey, pairing: randomBytes(8) };
  let atAnn: RatchetState = startAsInitiator(root, prekey.publicKey, header);
  let atBen: RatchetState = startAsResponder(root, prekey, ephemeralKey);
  const say = () => {
    const sealed = seal(atAnn, A_TO_B);
    atAnn = sealed.keyEpoch === null ? sealed.state : acknowledgeKey(sealed.state, sealed.keyEpoch);
    const opened = openBox(atBen, sealed.box, A_TO_B);
    if (!opened.ok) throw new Error(opened.reason);
    atBen = opened.state;
    return sealed.box;
  };
  const firstOfSession = say();
  const answer = seal(atBen, B_TO_A);
  atBen = answer.state;
  const opened = openBox(atAnn, answer.box, B_TO_A);
  if (!opened.ok) throw new Error(opened.reason);
  atAnn = opened.state;
  const firstOfTurn = say();
  const midBurst = say();
  return {
    "mid-burst": midBurst,
    "first of a turn": firstOfTurn,
    "first of a session": firstOfSession,
  };
}

function seal(state: RatchetState, endpoints: typeof A_TO_B) {
  const at = Date.now();
  const id = toBase64Url(randomBytes(8));
  const plaintext = encodeContent({ kind: "text", id, at, text: TEXT });
  return sealBox(state, { plaintext, kind: "conversation", endpoints, random32: randomBytes(32) });
}

function weigh(box: Uint8Array): string[] {
  const frames = [CODECS.cbor, CODECS.json].flatMap((codec) => {
    return [codec.encode([sent(box)]), codec.encode([come(box)])];
  });
  const requests = [false, true].map((isCompact) => encodeSip(asSip(box), token, isCompact));
  return [box, ...frames, ...requests].map((bytes) => String(bytes.length));
}

function batchedBytes(box: Uint8Array): number {
  const messages = Array.from({ length: BATCH }, (_, index) => ({
    ...sent(box),
    number: 100 + index,
  }));
  return CODECS.cbor.encode(messages).length / BATCH;
}

function timesTable(box: Uint8Array, count: number): string {
  const rows = (["cbor", "json"] as const).map((wire) => {
    const codec = CODECS[wire];
    const frame = codec.encode([sent(box)]);
    const encode = () => codec.encode([sent(box)]);
    return [wire.toUpperCase(), ...timesOf(count, encode, () => codec.decode(frame, false))];
  });
  const request = encodeSip(asSip(box), token, false);
  const encode = () => encodeSip(asSip(box), token, false);
  rows.push(["SIP", ...timesOf(count, encode, () => decodeSip(request))]);
  return tableOf(["one message, in microseconds", "encode", "decode"], rows);
}

/** The median of five rounds each. */
function timesOf(count: number, ...tasks: (() => unknown)[]): string[] {
  return tasks.map((task) => {
    const rounds = Array.from({ length: 6 }, () => {
      const startedAt = performance.now();
      for (let done = 0; done < count; done += 1) task();
      return ((performance.now() - startedAt) / count) * 1_000;
    });
    return short(median(rounds.slice(1)));
  });
}

function sent(box: Uint8Array): SendMessage {
  return {
    type: "send",
    number: 100,
    to: ben.userId,
    boxes: [{ device: 0, box: toBase64Url(box) }],
  };
}

function come(box: Uint8Array) {
  const envelope: Envelope = {
    sequence: Date.now(),
    from: ann.userId,
    device: 0,
    box: toBase64Url(box),
  };
  return { type: "envelopes", envelopes: [envelope] };
}

function asSip(box: Uint8Array): SipBox {
  const devices = { fromDevice: 0, toDevice: 0 };
  return { from: ann.userId, to: ben.userId, ...devices, number: 100, box: toBase64Url(box) };
}

const tokens = toBase32(randomBytes(100));

function token(letters: number): string {
  return tokens.slice(letters, 2 * letters);
}

function keyPair() {
  const secretKey = randomBytes(32);
  return { secretKey, publicKey: publicKeyOf(secretKey) };
}

function endpointsOf(from: typeof ann, to: typeof ann) {
  return {
    fromUserId: from.userId,
    fromDeviceId: from.deviceId,
    toUserId: to.userId,
    toDeviceId: to.deviceId,
  };
}
