// The same frames of the worked example's line in both encodings.

import { toBase64Url } from "../../shared/core/crypto/bytes.ts";
import { CODECS } from "../../shared/wire/codec/codecs.ts";
import type { Person } from "./examplePeople.ts";
import type { ExampleValue, Step } from "./exampleValues.ts";

const SEQUENCE = 1_800_000_360_250;

/** From a message of Ben's to Ann's word that she keeps it. */
export function framesStep(ann: Person, ben: Person, boxBytes: Uint8Array): Step {
  const box = toBase64Url(boxBytes);
  const envelope = { sequence: SEQUENCE, from: ben.identity.userId, device: 0, box };
  return {
    title: "Frames of the line, in both encodings",
    values: [
      ...inBoth("Ben sends", {
        type: "send",
        number: 4,
        to: ann.identity.userId,
        boxes: [{ device: 0, box }],
      }),
      ...inBoth("the server to Ben", { type: "stored", numbers: [4] }),
      ...inBoth("the server to Ann", { type: "envelopes", envelopes: [envelope] }),
      ...inBoth("Ann keeps it", { type: "received", through: SEQUENCE }),
    ],
  };
}

function inBoth(who: string, message: object): ExampleValue[] {
  return [
    [`${who}, in JSON`, CODECS.json.encode([message])],
    [`${who}, in CBOR`, CODECS.cbor.encode([message])],
  ];
}
