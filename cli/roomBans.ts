// Who is banned from a room: by the name that they had there, and which of them is meant. The room keeps no handles.
import type { Acquaint, Ban } from "../shared/client/node.ts";
import { fittingPeople } from "./contactChoice.ts";
import { CliError } from "./errors.ts";
import { ambiguousPerson } from "./roomPeople.ts";

/** With the names of contacts where the room knew none. */
export async function bansOf(client: Acquaint, room: string): Promise<readonly Ban[]> {
  const bans = await client.rooms.bans(room);
  return Promise.all(
    bans.map(async (ban) => {
      const name = ban.name ?? (await client.contacts.get(ban.userId))?.name ?? null;
      return { ...ban, name };
    }),
  );
}

/** @throws CliError `person-unknown` or `person-ambiguous` */
export function chooseBan(reference: string, bans: readonly Ban[]): Ban {
  const people = bans.map((ban) => ({ ban, userId: ban.userId, name: ban.name ?? ban.userId }));
  const fitting = fittingPeople(reference, people);
  const [only, other] = fitting;
  if (only === undefined) {
    throw new CliError("person-unknown", `Nobody who is banned is called “${reference}”.`, {
      hint: "acquaint room moderate ROOM bans lists them, with names and user ids.",
    });
  }
  if (other !== undefined) {
    const hint = "Name the one by the user id; acquaint room moderate ROOM bans shows them.";
    throw ambiguousPerson(reference, fitting, hint);
  }
  return only.ban;
}
