// Every encoding that a socket may speak, and how one is chosen.

import { CBOR_CODEC } from "./cbor.ts";
import type { Codec, Wire } from "./codec.ts";
import { JSON_CODEC } from "./json.ts";

export const CODECS: Readonly<Record<Wire, Codec>> = { json: JSON_CODEC, cbor: CBOR_CODEC };

const BY_SUBPROTOCOL: ReadonlyMap<string, Codec> = new Map(
  Object.values(CODECS).map((codec) => [codec.subprotocol, codec]),
);

/** The first that is an encoding, of subprotocols in a client's order of preference. */
export function preferredCodec(subprotocols: readonly string[]): Codec | undefined {
  const chosen = subprotocols.find((offered) => BY_SUBPROTOCOL.has(offered));
  return chosen === undefined ? undefined : BY_SUBPROTOCOL.get(chosen);
}
