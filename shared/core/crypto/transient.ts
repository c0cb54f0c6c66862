// Boxes that are worth nothing a moment later (typing): sealed under one key per direction for the
// life of the session, without a place in a chain, so that losing them costs nothing. They do not
// heal, and the server can repeat them.
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { padBox, unpadBox } from "./boxPadding.ts";
import { fromBase64Url, toBase64Url, utf8 } from "./bytes.ts";
import type { Role } from "./cpace.ts";
import { associatedDataOf, type Endpoints } from "./endpoints.ts";
import { open, seal } from "./seal.ts";

/** Base64url, 32 bytes each. */
export interface TransientKeys {
  readonly own: string;
  readonly peer: string;
}

const LABELS: Readonly<Record<Role, string>> = {
  initiator: "acquaint transient v1 initiator",
  responder: "acquaint transient v1 responder",
};
const KEY_BYTES = 32;

/** From the first root key of a session, which is not kept; `role` is one's own. */
export function transientKeysOf(root: Uint8Array, role: Role): TransientKeys {
  const keyOf = (sealer: Role) =>
    toBase64Url(hkdf(sha256, root, undefined, utf8(LABELS[sealer]), KEY_BYTES));
  return { own: keyOf(role), peer: keyOf(role === "initiator" ? "responder" : "initiator") };
}

/** nonce ‖ ciphertext ‖ tag; `nonce24` is random. */
export function sealTransient(
  state: { readonly transient: TransientKeys },
  input: { plaintext: Uint8Array; endpoints: Endpoints; nonce24: Uint8Array },
): Uint8Array {
  const key = fromBase64Url(state.transient.own);
  return seal(key, padBox(input.plaintext), input.nonce24, associatedDataOf(input.endpoints));
}

/** The plaintext, or null when the box is not of the peer in this session. */
export function openTransient(
  state: { readonly transient: TransientKeys },
  box: Uint8Array,
  endpoints: Endpoints,
): Uint8Array | null {
  const padded = open(fromBase64Url(state.transient.peer), box, associatedDataOf(endpoints));
  return padded && unpadBox(padded);
}
