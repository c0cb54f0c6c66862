// Which person in a room is meant: by @handle, user id, an unambiguous beginning of it, or by name. Names are what people
// call themselves there, so whatever fits two is refused rather than guessed.
import type { JoinedRoom, Knocker, Member } from "../shared/client/node.ts";
import { fittingPeople } from "./contactChoice.ts";
import { shortId } from "./contactText.ts";
import { CliError } from "./errors.ts";
import { printable } from "./printable.ts";

export type Someone = Pick<Member, "userId" | "name" | "handle"> | Knocker;

/**
 * @param absent what to do about someone who is not there
 * @throws CliError `person-unknown` or `person-ambiguous`
 */
export function choosePerson(reference: string, people: readonly Someone[], absent = ""): Someone {
  const fitting = reference.startsWith("@")
    ? people.filter(({ handle }) => handle === reference.slice(1).toLowerCase())
    : fittingPeople(reference, people);
  const [only, other] = fitting;
  if (only === undefined) {
    const names = people.map(({ name }) => printable(name)).join(", ");
    const here = people.length === 0 ? "Nobody else is here." : `Here are: ${names}.`;
    throw new CliError("person-unknown", `There is no “${reference}” in the room.`, {
      hint: `${here} ${absent}`.trim(),
    });
  }
  if (other !== undefined) {
    const hint = "Name the one by the user id; /who in the room shows them.";
    throw ambiguousPerson(reference, fitting, hint);
  }
  return only;
}

export function ambiguousPerson(
  reference: string,
  fitting: readonly Pick<Someone, "userId" | "name">[],
  hint: string,
): CliError {
  const shown = fitting.map(({ name, userId }) => `${printable(name)} ${shortId(userId)}`);
  return new CliError("person-ambiguous", `“${reference}” fits ${shown.join(", ")}.`, {
    hint,
    details: { userIds: fitting.map(({ userId }) => userId) },
  });
}

/** Everyone else who is in the room. */
export function othersIn(room: JoinedRoom): readonly Member[] {
  return room.members.filter(({ userId }) => userId !== room.me?.userId);
}
