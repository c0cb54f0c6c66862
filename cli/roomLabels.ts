// What people in a room are called in the lines that are shown: their names, with a short id where two have the same one or
// a name looks like such an addition, and a mark for contacts. So nobody passes for somebody else.
import { shortId } from "./contactText.ts";
import { printable, shortened } from "./printable.ts";
import type { RoomCliEvent } from "./roomEvents.ts";

const NAME_MAX_CHARS = 40;

interface Labelled {
  readonly userId: string;
  readonly name: string | null;
  readonly isContact?: boolean;
}

export class RoomLabels {
  /** By room, then by account: the name as it is compared. Who has left stays: another may come under that name. */
  readonly #rooms = new Map<string, Map<string, string>>();

  /** Before the event is shown. */
  heed(event: RoomCliEvent): void {
    if (event.event === "roomEntered") {
      for (const member of event.members) this.#put(event.roomId, member);
    }
    if (event.event === "roomJoined" || event.event === "roomChanged") {
      this.#put(event.roomId, event);
    }
    if (event.event === "roomKnocking") {
      for (const person of event.knocking) this.#put(event.roomId, person);
    }
  }

  of(roomId: string, { userId, name, isContact = false }: Labelled): string {
    if (name === null) return shortId(userId);
    const facts = [
      ...(isContact ? ["contact"] : []),
      ...(this.#isDoubtful(roomId, userId, name) ? [shortId(userId)] : []),
    ];
    return facts.length === 0 ? named(name) : `${named(name)} (${facts.join(", ")})`;
  }

  #put(roomId: string, { userId, name }: { readonly userId: string; readonly name: string }): void {
    const people = this.#rooms.get(roomId) ?? new Map<string, string>();
    this.#rooms.set(roomId, people.set(userId, folded(name)));
  }

  #isDoubtful(roomId: string, userId: string, name: string): boolean {
    if (/[(（]/u.test(name)) return true;
    const people = this.#rooms.get(roomId) ?? new Map<string, string>();
    const own = folded(name);
    return [...people].some(([other, theirs]) => other !== userId && theirs === own);
  }
}

/** A name on one line, without runs of blanks, which would part columns. */
export function named(name: string): string {
  return shortened(printable(name).replaceAll(/\s+/gu, " "), NAME_MAX_CHARS);
}

/** As two names are the same to whoever reads them, as far as that is simple. */
function folded(name: string): string {
  return named(name)
    .normalize("NFKC")
    .replaceAll(/\p{Cf}/gu, "")
    .toLowerCase()
    .trim();
}
