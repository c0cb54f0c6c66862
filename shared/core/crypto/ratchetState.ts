// What a device keeps of one session with one other device. Plain JSON, byte strings as base64url,
// so that it survives being stored. It changes only through the functions here and in ratchet.ts.
import { toBase64Url } from "./bytes.ts";
import type { PrekeyHeader } from "./boxHeader.ts";
import type { AgreementPair } from "./diffieHellman.ts";
import type { SkippedKey } from "./skippedKeys.ts";
import { type TransientKeys, transientKeysOf } from "./transient.ts";

export interface RatchetState {
  /** Names the session, alike on both sides: the initiator's ephemeral key. Boxes are tagged so. */
  readonly session: string;
  readonly root: string;
  readonly turn: Turn;
  readonly sending: SendingChain | null;
  readonly receiving: ReceivingChain | null;
  readonly skipped: readonly SkippedKey[];
  /** Put in front of each box until the first answer has opened; null at the responder. */
  readonly prekey: StoredPrekeyHeader | null;
  readonly transient: TransientKeys;
}

/**
 * Who makes the next ratchet key. The sides take turns strictly: a key is only ever made against
 * one of the peer's that is newer than one's own. So the secret half is needed until the peer's
 * next key has come, and no longer.
 */
type Turn =
  | { readonly whose: "own"; readonly peerKey: string }
  | { readonly whose: "peer"; readonly secretKey: string; readonly publicKey: string };

export interface SendingChain {
  readonly epoch: number;
  /** Where the next box stands. */
  readonly n: number;
  readonly chain: string;
  readonly publicKey: string;
  readonly previousN: number;
  /** Whether the peer surely gets, or has, a box with the public key before those to come. */
  readonly isKeyKnown: boolean;
}

export interface ReceivingChain {
  readonly epoch: number;
  /** One behind the last box that was opened. */
  readonly n: number;
  readonly chain: string;
}

export interface StoredPrekeyHeader {
  readonly signedPrekeyId: number;
  readonly oneTimePrekeyId: number | null;
  readonly ephemeralKey: string;
  readonly pairing: string | null;
}

/** The side that drew prekeys: it may seal at once. `peerSignedPrekey` is public, 32 bytes. */
export function startAsInitiator(
  root: Uint8Array,
  peerSignedPrekey: Uint8Array,
  prekey: PrekeyHeader,
): RatchetState {
  const ephemeralKey = toBase64Url(prekey.ephemeralKey);
  return {
    ...freshState(root, ephemeralKey),
    turn: { whose: "own", peerKey: toBase64Url(peerSignedPrekey) },
    prekey: {
      signedPrekeyId: prekey.signedPrekeyId,
      oneTimePrekeyId: prekey.oneTimePrekeyId,
      ephemeralKey,
      pairing: prekey.pairing === null ? null : toBase64Url(prekey.pairing),
    },
    transient: transientKeysOf(root, "initiator"),
  };
}

/**
 * The side whose prekeys were drawn: it opens a box, then may seal. The state is worth keeping
 * only if that box opens, and only while no other session has its name: the same box again would
 * begin the same session again.
 */
export function startAsResponder(
  root: Uint8Array,
  signedPrekey: AgreementPair,
  ephemeralKey: Uint8Array,
): RatchetState {
  return {
    ...freshState(root, toBase64Url(ephemeralKey)),
    turn: {
      whose: "peer",
      secretKey: toBase64Url(signedPrekey.secretKey),
      publicKey: toBase64Url(signedPrekey.publicKey),
    },
    prekey: null,
    transient: transientKeysOf(root, "responder"),
  };
}

/**
 * Once the server has stored a box that carried the key of `epoch`, and since it delivers in order
 * and at least once, later boxes need not carry it.
 */
export function acknowledgeKey(state: RatchetState, epoch: number): RatchetState {
  if (state.sending?.epoch !== epoch) return state;
  return { ...state, sending: { ...state.sending, isKeyKnown: true } };
}

function freshState(root: Uint8Array, session: string) {
  return { session, root: toBase64Url(root), sending: null, receiving: null, skipped: [] };
}
