// The sessions that a device keeps with one other: both may have begun at once, or one of them lost
// its memory. A box is of one of them, and is given up only once all have been tried.
import type { Endpoints } from "./endpoints.ts";
import { openBox, type OpenFailure } from "./ratchet.ts";
import type { RatchetState } from "./ratchetState.ts";

export type OpenedAmong =
  | {
      readonly ok: true;
      /** The one that opened comes first: it is to be sealed with. */
      readonly states: readonly RatchetState[];
      readonly plaintext: Uint8Array;
    }
  | { readonly ok: false; readonly reason: OpenFailure };

/**
 * Opens a box in whichever session it was sealed. `replayed` is a repetition of a session that is
 * kept, to be passed over; what fails for another reason is to be asked for again. A session that
 * is kept no more gives `unknownKey`, unless its tag is by chance that of one that is.
 */
export function openAmong(
  states: readonly RatchetState[],
  box: Uint8Array,
  endpoints: Endpoints,
): OpenedAmong {
  const reasons: OpenFailure[] = [];
  for (const state of states) {
    const opened = openBox(state, box, endpoints);
    if (!opened.ok) {
      reasons.push(opened.reason);
      continue;
    }
    const others = states.filter((other) => other !== state);
    return { ok: true, states: [opened.state, ...others], plaintext: opened.plaintext };
  }
  if (reasons.includes("replayed")) return { ok: false, reason: "replayed" };
  const reason = reasons.find((one) => one !== "unknownKey") ?? "unknownKey";
  return { ok: false, reason };
}
