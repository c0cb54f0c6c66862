// The worked example of the line: Ann has left prekeys, Ben draws them and writes, she answers, he writes
// twice. He answered her key, so what he sends has the session key of the responder mixed in.

import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { splitBox } from "../../shared/core/crypto/boxHeader.ts";
import { padBox } from "../../shared/core/crypto/boxPadding.ts";
import { fromBase64Url, toBase64Url } from "../../shared/core/crypto/bytes.ts";
import { messageKeyOf, nextRoot, walkChain } from "../../shared/core/crypto/chain.ts";
import { sharedSecret } from "../../shared/core/crypto/diffieHellman.ts";
import { associatedDataOf, type Endpoints } from "../../shared/core/crypto/endpoints.ts";
import {
  initiatorRoot,
  responderRoot,
  signedPrekeyBytes,
} from "../../shared/core/crypto/prekeys.ts";
import { openBox, sealBox } from "../../shared/core/crypto/ratchet.ts";
import {
  acknowledgeKey,
  type RatchetState,
  startAsInitiator,
  startAsResponder,
} from "../../shared/core/crypto/ratchetState.ts";
import { sealTransient } from "../../shared/core/crypto/transient.ts";
import { encodeContent } from "../../shared/core/line/contentCoding.ts";
import type { Content, TextContent } from "../../shared/core/line/content.ts";
import { hashOfReceipt } from "../../shared/core/pairing/transcript.ts";
import type { Exchange } from "./exampleExchange.ts";
import type { Person } from "./examplePeople.ts";
import { type ExampleValue, exampleBytes, must, type Step } from "./exampleValues.ts";
import { framesStep } from "./lineFrames.ts";

const SIGNED_ID = 1_000;
const ONE_TIME_ID = 70_000;
const WRITTEN_AT = 1_800_000_300_000;

interface Device {
  readonly person: Person;
  readonly state: RatchetState;
}

export function lineSteps({ met, transcript }: Exchange, ann: Person, ben: Person): Step[] {
  const signed = pairOf("signed prekey");
  const oneTime = pairOf("one-time prekey");
  const ephemeral = pairOf("ephemeral key");
  const psk = met.sessionKeys.own;
  const pairing = hashOfReceipt(transcript).subarray(0, 8);
  const parties = { initiator: partyOf(ben), responder: partyOf(ann) };
  const dh1 = must(sharedSecret(ben.agreeScalar, signed.publicKey));
  const dh2 = must(sharedSecret(ann.agreeScalar, ephemeral.publicKey));
  const root = must(
    initiatorRoot({
      parties,
      dh1,
      ephemeralSecretKey: ephemeral.secretKey,
      signedPrekey: signed.publicKey,
      oneTimePrekey: oneTime.publicKey,
      psk,
    }),
  );
  const responders = must(
    responderRoot({
      parties,
      dh2,
      ephemeralKey: ephemeral.publicKey,
      signedPrekey: signed,
      oneTimePrekey: oneTime,
      psk,
    }),
  );
  if (toBase64Url(responders) !== toBase64Url(root)) throw new Error("the roots differ");
  const prekey = {
    signedPrekeyId: SIGNED_ID,
    oneTimePrekeyId: ONE_TIME_ID,
    ephemeralKey: ephemeral.publicKey,
    pairing,
  };
  let bens: Device = { person: ben, state: startAsInitiator(root, signed.publicKey, prekey) };
  let anns: Device = {
    person: ann,
    state: startAsResponder(root, signed, ephemeral.publicKey),
  };

  const first = exchanged("first", bens, anns, text("hello", 0));
  [bens, anns] = [first.from, first.to];
  const replyTo = { by: "receiver", id: idOf(0) } as const;
  const answer = exchanged("answer", anns, bens, { ...text("hello, Ben", 1), replyTo });
  [anns, bens] = [answer.from, answer.to];
  const third = exchanged("third", bens, anns, text("lunch at noon?", 2));
  // The server has stored the third: its key need not travel again.
  [bens, anns] = [{ ...third.from, state: acknowledgeKey(third.from.state, 1) }, third.to];
  const fourth = exchanged("fourth", bens, anns, text("or at one", 3));

  return [
    {
      title: "Ann's prekeys",
      values: [
        ["id of the signed prekey", SIGNED_ID],
        ["X25519 scalar of the signed prekey (random)", signed.secretKey],
        ["signed prekey", signed.publicKey],
        ["signed bytes", signedPrekeyBytes(SIGNED_ID, signed.publicKey)],
        ["signature", signatureOf(ann, signed.publicKey)],
        ["id of the one-time prekey", ONE_TIME_ID],
        ["X25519 scalar of the one-time prekey (random)", oneTime.secretKey],
        ["one-time prekey", oneTime.publicKey],
        ["body of PUT /v1/prekeys", JSON.stringify(uploadOf(ann, signed, oneTime))],
      ],
    },
    {
      title: "Ben begins a session",
      values: [
        ["X25519 scalar of the ephemeral key (random)", ephemeral.secretKey],
        ["ephemeral key", ephemeral.publicKey],
        ["session tag", ephemeral.publicKey.subarray(0, 2)],
        ["dh1", dh1],
        ["dh2", dh2],
        ["dh3", must(sharedSecret(ephemeral.secretKey, signed.publicKey))],
        ["dh4", must(sharedSecret(ephemeral.secretKey, oneTime.publicKey))],
        ["psk (session key of the pairing's responder)", psk],
        ["pairing", pairing],
        ["root", root],
      ],
    },
    { title: "Ben's first message", values: first.values },
    { title: "Ann's answer", values: answer.values },
    { title: "Ben's third message", values: third.values },
    { title: "Ben's fourth message, the third being stored", values: fourth.values },
    typingStep(bens, anns),
    framesStep(ann, ben, fourth.box),
  ];
}

/** One seals, the other opens: both as they are then, and the values on the way. */
function exchanged(draw: string, from: Device, to: Device, content: Content) {
  const random32 = exampleBytes(`line ${draw} ratchet`, 32);
  const endpoints = endpointsOf(from, to);
  const plaintext = encodeContent(content);
  const sealed = sealBox(from.state, { plaintext, kind: "conversation", endpoints, random32 });
  const opened = openBox(to.state, sealed.box, endpoints);
  if (!opened.ok) throw new Error("the example does not open");
  const { headerBytes, header } = must(splitBox(sealed.box));
  const { values, secret } = secretOf(from.state, random32);
  const { key, nonce } = messageKeyOf(secret);
  const all: ExampleValue[] = [
    ["content", JSON.stringify(content)],
    ["content, encoded", plaintext],
    ["padded", padBox(plaintext)],
    ...values,
    ["epoch", header.epoch],
    ["n", header.n],
    ["message secret", secret],
    ["message key", key],
    ["nonce", nonce],
    ["header", headerBytes],
    ["associated data without the header", associatedDataOf(endpoints)],
    ["box", sealed.box],
  ];
  return {
    values: all,
    box: sealed.box,
    from: { ...from, state: sealed.state },
    to: { ...to, state: opened.state },
  };
}

/** What is walked to the next box: a new root and chain where a key is made, else the chain at hand. */
function secretOf({ turn, root, sending }: RatchetState, random32: Uint8Array) {
  if (turn.whose === "peer") {
    const chain = fromBase64Url(must(sending).chain);
    const secret = must(walkChain(chain, 1).secrets[0]);
    return { values: [["chain", chain]] as ExampleValue[], secret };
  }
  const agreement = must(sharedSecret(random32, fromBase64Url(turn.peerKey)));
  const next = nextRoot(fromBase64Url(root), agreement);
  const values: ExampleValue[] = [
    ["X25519 scalar of the ratchet key (random)", random32],
    ["ratchet key", x25519.getPublicKey(random32)],
    ["agreement with the peer's newest key", agreement],
    ["root, then", next.root],
    ["chain", next.chain],
  ];
  return { values, secret: must(walkChain(next.chain, 1).secrets[0]) };
}

function typingStep(bens: Device, anns: Device): Step {
  const plaintext = encodeContent({ kind: "typing", isTyping: true });
  const nonce24 = exampleBytes("line typing", 24);
  const input = { plaintext, endpoints: endpointsOf(bens, anns), nonce24 };
  return {
    title: "Ben types",
    values: [
      ["transient key of the initiator", fromBase64Url(bens.state.transient.own)],
      ["transient key of the responder", fromBase64Url(bens.state.transient.peer)],
      ["content, encoded", plaintext],
      ["nonce (random)", nonce24],
      ["box", sealTransient(bens.state, input)],
    ],
  };
}

function text(said: string, index: number): TextContent {
  return { kind: "text", id: idOf(index), at: WRITTEN_AT + index * 20_000, text: said };
}

function idOf(index: number): string {
  return toBase64Url(exampleBytes(`line message ${index}`, 8));
}

function pairOf(name: string) {
  const secretKey = exampleBytes(`line ${name}`, 32);
  return { secretKey, publicKey: x25519.getPublicKey(secretKey) };
}
type Pair = ReturnType<typeof pairOf>;

function uploadOf(owner: Person, signed: Pair, oneTime: Pair) {
  const key = toBase64Url(signed.publicKey);
  const signature = toBase64Url(signatureOf(owner, signed.publicKey));
  return {
    signed: { id: SIGNED_ID, key, signature },
    oneTime: [{ id: ONE_TIME_ID, key: toBase64Url(oneTime.publicKey) }],
  };
}

function signatureOf({ seed }: Person, key: Uint8Array): Uint8Array {
  return ed25519.sign(signedPrekeyBytes(SIGNED_ID, key), seed);
}

function partyOf({ identity: { userId }, device: { deviceId, agreeKey } }: Person) {
  return { userId, deviceId, identityKey: agreeKey };
}

function endpointsOf({ person: from }: Device, { person: to }: Device): Endpoints {
  return {
    fromUserId: from.identity.userId,
    fromDeviceId: from.device.deviceId,
    toUserId: to.identity.userId,
    toDeviceId: to.device.deviceId,
  };
}
