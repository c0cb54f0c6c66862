// Being in a room for one thing: coming in, waiting to be let in where that is so, doing it, and going.
import { type Acquaint, type JoinedRoom, RoomOver } from "../shared/client/node.ts";
import type { Context } from "./command.ts";
import { CliError } from "./errors.ts";
import { naming } from "./roomArguments.ts";

/** Comes in beside other clients of the account, or for that moment alone. @returns the exit code of the task */
export async function inRoom(
  context: Context,
  reference: string,
  task: (room: JoinedRoom, client: Acquaint) => Promise<number>,
): Promise<number> {
  const client = await context.open();
  const room = await client.rooms.join(reference, naming(context.args));
  try {
    await letIn(context, room);
    return await task(room, client);
  } finally {
    await room.done();
  }
}

/** @throws CliError `not-let-in`; RoomOver */
async function letIn({ present, interruption }: Context, room: JoinedRoom): Promise<void> {
  const { roomId, state, end } = room;
  if (state === "in") return;
  if (state === "over") throw new RoomOver(end); // before one could listen
  present.show({ event: "roomState", roomId, title: room.room?.title ?? "", state });
  interruption.undoBy(() => room.done());
  const isIn = await new Promise<boolean>((resolve) => {
    room.on(({ event }) => {
      if (event === "entered") resolve(true);
      if (event === "over") resolve(false);
    });
  });
  interruption.undoBy(null);
  if (!isIn) throw new CliError("not-let-in", "A moderator did not let you in.");
}
