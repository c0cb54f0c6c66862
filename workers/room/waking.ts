// A room that wakes: what it keeps, who is there as the sockets say, and whom those hide of whom that was too much for a
// socket, as their mailboxes say.

import { revive } from "../../shared/core/room/presence.ts";
import type { RoomState, Stored } from "../../shared/core/room/state.ts";
import { unknownAway } from "../../shared/core/room/storing.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import type { Env } from "../env.ts";
import { mailboxOf } from "../objects.ts";
import type { Survivor } from "./roomSockets.ts";

export interface Woken {
  readonly state: RoomState;
  /** Names of sockets of those whose mailbox was away: they come back when it does. */
  readonly unknown: readonly string[];
}

/** Null for a mailbox that was away. */
type Asked = ReadonlyMap<UserId, readonly UserId[] | null>;

/** At once, unless mailboxes have to be asked. */
export function wake(
  env: Env,
  stored: Stored,
  survivors: readonly Survivor[],
): Woken | Promise<Woken> {
  const unknown = survivors.flatMap(({ presence: { userId, hidden } }) =>
    hidden === null ? [userId] : [],
  );
  unknown.push(...unknownAway(stored));
  if (unknown.length === 0) return wokenAs(stored, survivors, new Map());
  return askHidden(env, unknown).then((asked) => wokenAs(stored, survivors, asked));
}

function wokenAs(stored: Stored, survivors: readonly Survivor[], asked: Asked): Woken {
  const unknown: string[] = [];
  const found = survivors.map(({ socket, presence }) => {
    const hidden = presence.hidden ?? asked.get(presence.userId) ?? null;
    if (hidden === null) unknown.push(socket);
    return { socket, presence: { ...presence, hidden: [...(hidden ?? [])] } };
  });
  return { state: revive(stored, found, asked), unknown };
}

async function askHidden(env: Env, unknown: readonly UserId[]): Promise<Asked> {
  const answers = [...new Set(unknown)].map(async (userId) => {
    try {
      return [userId, await mailboxOf(env, userId).hidden()] as const;
    } catch {
      return [userId, null] as const;
    }
  });
  return new Map(await Promise.all(answers));
}
