// Frames as deterministic CBOR: bytes that decode have one spelling, and encode to themselves.

import { SUBPROTOCOL_CBOR } from "../limits.ts";
import { decodeCbor } from "./cborReader.ts";
import { CborError, type CborValue } from "./cborValue.ts";
import { encodeCbor } from "./cborWriter.ts";
import { type Codec, frameOf } from "./codec.ts";
import { fromTerm, toTerm } from "./terms.ts";

export const CBOR_CODEC: Codec = {
  wire: "cbor",
  subprotocol: SUBPROTOCOL_CBOR,
  /** @throws CborError for what is no message of any schema, such as one with a number as its type */
  encode: (messages) => encodeCbor(toTerm(messages)),
  decode: (data, ignoresUnknown) => {
    if (typeof data === "string") {
      return { ok: false, fault: "This subprotocol takes binary frames only." };
    }
    const bytes = data instanceof Uint8Array ? data : new Uint8Array(data);
    const term = orNone(() => decodeCbor(bytes));
    if (term === undefined) return { ok: false, fault: "The frame is not deterministic CBOR." };
    return frameOf(term, (item) => orNone(() => fromTerm(item as CborValue, ignoresUnknown)));
  },
};

function orNone<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof CborError) return undefined;
    throw error;
  }
}
