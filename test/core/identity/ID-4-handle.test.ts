// ID-4: changing a handle over two objects. Whatever is lost in between, what the directory holds for the
// account in the end is the handle that the account shows.

import fc from "fast-check";
import { expect, test } from "vitest";
import {
  abandon,
  denied,
  granted,
  type HandleState,
  isSettled,
  NO_HANDLE,
  released,
  wish,
} from "../../../shared/core/mailbox/handle.ts";
import type { Handle } from "../../../shared/wire/ids.ts";

const handle = fc.constantFrom("ann", "ben", "cem") as fc.Arbitrary<Handle>;

/** What may happen: a wish, an answer that is lost on either way, a crash, another account's claim. */
const happening = fc.oneof(
  fc.record({ do: fc.constant("wish" as const), handle: fc.option(handle) }),
  fc.record({ do: fc.constantFrom("settle", "settleAnswerLost", "settleNotAsked") }),
  fc.record({ do: fc.constantFrom("takeByOther", "leaveByOther"), handle }),
);

/** A directory and the account's state, and one run of the work that the alarm repeats. */
class World {
  state: HandleState = NO_HANDLE;
  readonly owners = new Map<Handle, "me" | "other">();

  claim(wanted: Handle): boolean {
    if (!this.owners.has(wanted)) this.owners.set(wanted, "me");
    return this.owners.get(wanted) === "me";
  }

  release(given: Handle): void {
    if (this.owners.get(given) === "me") this.owners.delete(given);
  }

  settle(loss: "none" | "answerLost" | "notAsked"): void {
    const { claiming } = this.state;
    if (claiming !== null) {
      if (loss === "notAsked") return void (this.state = abandon(this.state));
      const isGranted = this.claim(claiming);
      if (loss === "answerLost") return void (this.state = abandon(this.state));
      this.state = isGranted ? granted(this.state) : denied(this.state);
    }
    for (const given of this.state.releasing) {
      this.release(given);
      if (loss === "answerLost") return;
      this.state = released(this.state, given);
    }
  }
}

test("ID-4: once settled, the directory holds exactly the handle that the account shows", () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 30 }), (happenings) => {
      const world = new World();
      for (const event of happenings) {
        if (event.do === "wish")
          world.state = wish(world.state, (event as { handle: Handle | null }).handle);
        if (event.do === "settle") world.settle("none");
        if (event.do === "settleAnswerLost") world.settle("answerLost");
        if (event.do === "settleNotAsked") world.settle("notAsked");
        if (event.do === "takeByOther") {
          const { handle: wanted } = event as { handle: Handle };
          if (!world.owners.has(wanted)) world.owners.set(wanted, "other");
        }
        if (event.do === "leaveByOther") {
          const { handle: given } = event as { handle: Handle };
          if (world.owners.get(given) === "other") world.owners.delete(given);
        }
        const { handle: shown } = world.state;
        if (shown !== null) expect(world.owners.get(shown)).toBe("me");
      }
      world.settle("none");
      expect(isSettled(world.state)).toBe(true);
      const mine = [...world.owners].flatMap(([name, owner]) => (owner === "me" ? [name] : []));
      expect(mine).toEqual(world.state.handle === null ? [] : [world.state.handle]);
    }),
    { numRuns: 3_000 },
  );
});
