// Two devices that keep sessions with one another, as the ratchet's tests need them: prekeys drawn
// as a server would hand them out, boxes in the air, every state stored as JSON after each step.
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { readHeader, type BoxKind } from "../../shared/core/crypto/boxHeader.ts";
import { concat, toBase64Url, u64be, utf8 } from "../../shared/core/crypto/bytes.ts";
import {
  type AgreementPair,
  publicKeyOf,
  sharedSecret,
} from "../../shared/core/crypto/diffieHellman.ts";
import type { Endpoints } from "../../shared/core/crypto/endpoints.ts";
import { initiatorRoot, type Party, responderRoot } from "../../shared/core/crypto/prekeys.ts";
import { openBox, sealBox } from "../../shared/core/crypto/ratchet.ts";
import {
  acknowledgeKey,
  type RatchetState,
  startAsInitiator,
  startAsResponder,
} from "../../shared/core/crypto/ratchetState.ts";
import { type OpenedAmong, openAmong } from "../../shared/core/crypto/sessions.ts";

export type Random = () => Uint8Array;

/** 32 bytes at a time, the same for the same seed. */
export function drawingFrom(seed: string): Random {
  let drawn = 0;
  return () => sha256(concat(utf8(seed), u64be(drawn++)));
}

export function pairFrom(random: Random): AgreementPair {
  const secretKey = random();
  return { secretKey, publicKey: publicKeyOf(secretKey) };
}

/** As the store gives it back after a restart. */
function restarted<State>(state: State): State {
  return JSON.parse(JSON.stringify(state));
}

export function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const changed = bytes.slice();
  changed[bit >>> 3] = (changed[bit >>> 3] as number) ^ (1 << (bit & 7));
  return changed;
}

/** The two sides of one session, A having drawn B's prekeys. */
export interface SessionOfTwo {
  a: RatchetState;
  b: RatchetState;
  aToB: Endpoints;
  bToA: Endpoints;
  random: Random;
}

export const A_TO_B: Endpoints = {
  fromUserId: "ann",
  fromDeviceId: "ann's phone",
  toUserId: "ben",
  toDeviceId: "ben's phone",
};
export const B_TO_A: Endpoints = {
  fromUserId: "ben",
  fromDeviceId: "ben's phone",
  toUserId: "ann",
  toDeviceId: "ann's phone",
};

/** A session that has a root key, and nothing said in it; `name` is its ephemeral key. */
export function freshSession(seed: string, name?: Uint8Array): SessionOfTwo {
  const random = drawingFrom(seed);
  const root = random();
  const signedPrekey = pairFrom(random);
  const ephemeralKey = name ?? pairFrom(random).publicKey;
  const prekey = { signedPrekeyId: 1, oneTimePrekeyId: 1, ephemeralKey, pairing: null };
  return {
    a: startAsInitiator(root, signedPrekey.publicKey, prekey),
    b: startAsResponder(root, signedPrekey, ephemeralKey),
    aToB: A_TO_B,
    bToA: B_TO_A,
    random,
  };
}

/** Seals as one side of a session and keeps the state; the server is not heard. */
export function sealFrom(
  session: SessionOfTwo,
  side: "a" | "b",
  text: string,
  kind: BoxKind = "conversation",
): Uint8Array {
  const endpoints = side === "a" ? session.aToB : session.bToA;
  const random32 = session.random();
  const sealed = sealBox(session[side], { plaintext: utf8(text), kind, endpoints, random32 });
  session[side] = restarted(sealed.state);
  return sealed.box;
}

/** Opens as one side and keeps the state: the text, or why there is none. */
export function openAt(session: SessionOfTwo, side: "a" | "b", box: Uint8Array): string {
  const opened = openBox(session[side], box, side === "a" ? session.bToA : session.aToB);
  if (!opened.ok) return opened.reason;
  session[side] = restarted(opened.state);
  return new TextDecoder().decode(opened.plaintext);
}

/** From one side to the other, at once. */
export function say(
  session: SessionOfTwo,
  side: "a" | "b",
  text: string,
  kind: BoxKind = "conversation",
): Uint8Array {
  const box = sealFrom(session, side, text, kind);
  const heard = openAt(session, side === "a" ? "b" : "a", box);
  if (heard !== text) throw new Error(`heard ${heard} instead of ${text}`);
  return box;
}

/** A session in which each side has said something and heard of it. */
export function runningSession(seed: string, name?: Uint8Array): SessionOfTwo {
  const session = freshSession(seed, name);
  say(session, "a", "first");
  say(session, "b", "answer");
  return session;
}

/**
 * A device that keeps all its sessions with one other, the one that opened last in front, and
 * begins one when it has none: both may do so at once.
 */
export interface KeptDevice {
  party: Party;
  identity: AgreementPair;
  signKey: Uint8Array;
  signedPrekey: AgreementPair;
  oneTimePrekeys: Map<number, AgreementPair>;
  /** In the store, so JSON. */
  sessions: RatchetState[];
}

export function createDevice(name: string, random: Random): KeptDevice {
  const identity = pairFrom(random);
  return {
    party: { userId: name, deviceId: `${name}'s phone`, identityKey: identity.publicKey },
    identity,
    signKey: ed25519.getPublicKey(random()),
    signedPrekey: pairFrom(random),
    oneTimePrekeys: new Map([[1, pairFrom(random)]]),
    sessions: [],
  };
}

function endpointsOf(from: KeptDevice, to: KeptDevice): Endpoints {
  return {
    fromUserId: from.party.userId,
    fromDeviceId: from.party.deviceId,
    toUserId: to.party.userId,
    toDeviceId: to.party.deviceId,
  };
}

function beginSession(from: KeptDevice, to: KeptDevice, random: Random): RatchetState {
  const ephemeral = pairFrom(random);
  const [oneTime] = to.oneTimePrekeys;
  const root = initiatorRoot({
    parties: { initiator: from.party, responder: to.party },
    dh1: sharedSecret(from.identity.secretKey, to.signedPrekey.publicKey)!,
    ephemeralSecretKey: ephemeral.secretKey,
    signedPrekey: to.signedPrekey.publicKey,
    oneTimePrekey: oneTime?.[1].publicKey ?? null,
    psk: null,
  })!;
  return startAsInitiator(root, to.signedPrekey.publicKey, {
    signedPrekeyId: 1,
    oneTimePrekeyId: oneTime?.[0] ?? null,
    ephemeralKey: ephemeral.publicKey,
    pairing: null,
  });
}

/** What leaves the device, and what it does once the server has said that it is stored. */
export function sealAtDevice(
  from: KeptDevice,
  to: KeptDevice,
  plaintext: Uint8Array,
  kind: BoxKind,
  random: Random,
): { box: Uint8Array; onStored: () => void } {
  const front = from.sessions[0] ?? beginSession(from, to, random);
  const endpoints = endpointsOf(from, to);
  const { state, box, keyEpoch } = sealBox(front, {
    plaintext,
    kind,
    endpoints,
    random32: random(),
  });
  from.sessions = restarted([state, ...from.sessions.slice(1)]);
  const onStored = () => {
    if (keyEpoch === null) return;
    from.sessions = from.sessions.map((session) =>
      session.session === state.session ? acknowledgeKey(session, keyEpoch) : session,
    );
  };
  return { box, onStored };
}

/** Tries the box on each session, and begins one where it brings the prekey header for it. */
export function openAtDevice(to: KeptDevice, from: KeptDevice, box: Uint8Array): OpenedAmong {
  const endpoints = endpointsOf(from, to);
  const among = openAmong(to.sessions, box, endpoints);
  if (among.ok) {
    to.sessions = restarted([...among.states]);
    return among;
  }
  const prekey = readHeader(box)?.prekey ?? null;
  if (prekey === null) return among;
  const name = toBase64Url(prekey.ephemeralKey);
  if (to.sessions.some((session) => session.session === name)) return among;
  const oneTimePrekey = to.oneTimePrekeys.get(prekey.oneTimePrekeyId ?? 0) ?? null;
  if (prekey.oneTimePrekeyId !== null && oneTimePrekey === null) return among;
  const dh2 = sharedSecret(to.identity.secretKey, prekey.ephemeralKey);
  const root =
    dh2 &&
    responderRoot({
      parties: { initiator: from.party, responder: to.party },
      dh2,
      ephemeralKey: prekey.ephemeralKey,
      signedPrekey: to.signedPrekey,
      oneTimePrekey,
      psk: null,
    });
  if (root === null) return among;
  const opened = openBox(
    startAsResponder(root, to.signedPrekey, prekey.ephemeralKey),
    box,
    endpoints,
  );
  if (!opened.ok) return opened;
  if (prekey.oneTimePrekeyId !== null) to.oneTimePrekeys.delete(prekey.oneTimePrekeyId);
  const states = [opened.state, ...to.sessions];
  to.sessions = restarted(states);
  return { ok: true, states, plaintext: opened.plaintext };
}
