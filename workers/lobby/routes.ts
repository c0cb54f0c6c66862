// The handler of the lobby: its shards are asked side by side, and one that is away leaves its rooms out.

import { mergedRooms, mergedTopics } from "../../shared/core/room/lobby.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import { LOBBY_SHARDS } from "../../shared/wire/limits.ts";
import type { LobbyPage } from "../../shared/wire/rooms.ts";
import { brake } from "../auth/brake.ts";
import type { Env } from "../env.ts";
import type { Handlers } from "../http/handlers.ts";
import { valueOf } from "../mailbox/routes.ts";
import { lobbyShard, mailboxOf } from "../objects.ts";

export const lobbyHandlers: Pick<Handlers, "lobby"> = {
  lobby: async ({ env, actor, query: { topic } }) => {
    await brake(env.RETURNS, actor.userId, "lobby");
    const mailbox = mailboxOf(env, actor.userId);
    valueOf(await mailbox.account(actor));
    const hidden = await mailbox.hidden();
    const [all, ofTopic] = await Promise.all([
      browse(env, "", hidden),
      topic === undefined ? null : browse(env, topic, hidden),
    ]);
    return { rooms: mergedRooms(ofTopic ?? all), topics: mergedTopics(all) };
  },
};

async function browse(env: Env, topic: string, hidden: readonly UserId[]): Promise<LobbyPage[]> {
  const pages = await Promise.allSettled(
    Array.from({ length: LOBBY_SHARDS }, (_, shard) =>
      lobbyShard(env, topic, shard).browse(hidden),
    ),
  );
  return pages.flatMap((page) => (page.status === "fulfilled" ? [page.value] : []));
}
