// Sealing and opening within a session of two: the Double Ratchet with two economies. A ratchet key
// travels only until it is sure to arrive, and control boxes never cost a new one. A box is tried
// on copies, and the state is replaced only when its tag verifies: what was lost, repeated,
// reordered or forged never harms what comes after.
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import {
  type BoxKind,
  encodeHeader,
  type PrekeyHeader,
  sessionTagOf,
  splitBox,
} from "./boxHeader.ts";
import { padBox, PAD_STEP_BYTES, unpadBox } from "./boxPadding.ts";
import { concat, fromBase64Url, toBase64Url } from "./bytes.ts";
import { messageKeyOf, nextRoot, walkChain } from "./chain.ts";
import { publicKeyOf, sharedSecret } from "./diffieHellman.ts";
import { associatedDataOf, type Endpoints } from "./endpoints.ts";
import type { RatchetState, SendingChain, StoredPrekeyHeader } from "./ratchetState.ts";
import { receivingStep, type StepFailure } from "./receivingStep.ts";

const TAG_BYTES = 16;

export interface SealInput {
  readonly plaintext: Uint8Array;
  readonly kind: BoxKind;
  readonly endpoints: Endpoints;
  /** 32 fresh random bytes: the next ratchet key, if one is due. */
  readonly random32: Uint8Array;
}

export interface SealedBox {
  /** To be stored before the box leaves: a state that is used twice gives one key to two texts. */
  readonly state: RatchetState;
  readonly box: Uint8Array;
  /** For `acknowledgeKey` once the server has stored the box; null when it carries no key. */
  readonly keyEpoch: number | null;
}

/** `malformed`: no box that an honest peer makes; `forged`: not sealed by it for these endpoints. */
export type OpenFailure = StepFailure | "malformed";

export type OpenedBox =
  | {
      readonly ok: true;
      readonly state: RatchetState;
      readonly plaintext: Uint8Array;
      readonly kind: BoxKind;
    }
  | { readonly ok: false; readonly reason: OpenFailure };

/**
 * The next box to the peer: header, padded text, 16-byte tag. A conversation box makes a new
 * ratchet key where the peer's is newer than one's own; a control box only where there is none.
 * @throws RangeError on a state that has no key of the peer's: a responder opens before it seals
 * @see "The Double Ratchet Algorithm", revision 1, section 3.4 (RatchetEncrypt)
 */
export function sealBox(state: RatchetState, input: SealInput): SealedBox {
  const { root, turn, sending } = sendingStep(state, input);
  const key = sending.isKeyKnown && state.prekey === null ? null : sending;
  const header = encodeHeader({
    kind: input.kind,
    sessionTag: sessionTagOf(fromBase64Url(state.session)),
    epoch: sending.epoch,
    n: sending.n,
    ratchetKey: key && { previousN: key.previousN, publicKey: fromBase64Url(key.publicKey) },
    prekey: state.prekey && toPrekeyHeader(state.prekey),
  });
  const { secrets, chain } = walkChain(fromBase64Url(sending.chain), 1);
  const cipher = cipherOf(secrets[0] as Uint8Array, input.endpoints, header);
  return {
    state: {
      ...state,
      root,
      turn,
      sending: { ...sending, n: sending.n + 1, chain: toBase64Url(chain) },
    },
    box: concat(header, cipher.encrypt(padBox(input.plaintext))),
    keyEpoch: key && key.epoch,
  };
}

/**
 * Opens a box of the peer, each once, in any order within the bounds. Where it fails, the state
 * that was given stays the one in force.
 * @see "The Double Ratchet Algorithm", revision 1, section 3.5 (RatchetDecrypt)
 */
export function openBox(state: RatchetState, box: Uint8Array, endpoints: Endpoints): OpenedBox {
  const parts = splitBox(box);
  if (parts === null) return failed("malformed");
  const { header, headerBytes, sealed } = parts;
  const paddedBytes = sealed.length - TAG_BYTES;
  if (paddedBytes < PAD_STEP_BYTES || paddedBytes % PAD_STEP_BYTES !== 0) {
    return failed("malformed");
  }
  const step = receivingStep(state, header);
  if (typeof step === "string") return failed(step);
  const padded = decrypted(cipherOf(step.secret, endpoints, headerBytes), sealed);
  if (padded === null) return failed("forged");
  const plaintext = unpadBox(padded);
  if (plaintext === null) return failed("malformed");
  return { ok: true, state: { ...step.after(), prekey: null }, plaintext, kind: header.kind };
}

/** Root, turn and chain to seal with: those at hand, or those that a new ratchet key makes. */
function sendingStep(
  { root, turn, sending }: RatchetState,
  { kind, random32 }: SealInput,
): { root: string; turn: RatchetState["turn"]; sending: SendingChain } {
  const staysOnChain = turn.whose === "peer" || kind === "control";
  if (sending !== null && staysOnChain) return { root, turn, sending };
  if (turn.whose === "peer") throw new RangeError("a responder opens a box before it seals one");
  const agreement = sharedSecret(random32, fromBase64Url(turn.peerKey));
  if (agreement === null) throw new RangeError("the peer's key is of low order");
  const next = nextRoot(fromBase64Url(root), agreement);
  const publicKey = toBase64Url(publicKeyOf(random32));
  return {
    root: toBase64Url(next.root),
    turn: { whose: "peer", secretKey: toBase64Url(random32), publicKey },
    sending: {
      epoch: sending === null ? 0 : sending.epoch + 1,
      n: 0,
      chain: toBase64Url(next.chain),
      publicKey,
      previousN: sending === null ? 0 : sending.n,
      isKeyKnown: false,
    },
  };
}

function cipherOf(secret: Uint8Array, endpoints: Endpoints, headerBytes: Uint8Array) {
  const { key, nonce } = messageKeyOf(secret);
  return xchacha20poly1305(key, nonce, concat(associatedDataOf(endpoints), headerBytes));
}

function decrypted(cipher: ReturnType<typeof cipherOf>, sealed: Uint8Array): Uint8Array | null {
  try {
    return cipher.decrypt(sealed);
  } catch {
    return null;
  }
}

function toPrekeyHeader(prekey: StoredPrekeyHeader): PrekeyHeader {
  return {
    ...prekey,
    ephemeralKey: fromBase64Url(prekey.ephemeralKey),
    pairing: prekey.pairing === null ? null : fromBase64Url(prekey.pairing),
  };
}

function failed(reason: OpenFailure): OpenedBox {
  return { ok: false, reason };
}
