// What only one person may do in a room is refused by the server as what only moderators may; here it is said whose it is.
import { type JoinedRoom, ProblemError } from "../shared/client/node.ts";
import { CliError } from "./errors.ts";

/** For what is the owner's alone. @throws CliError `moderators-only` */
export async function asOwner<Result>(task: Promise<Result>): Promise<Result> {
  return task.catch((error: unknown) => {
    throw isRefused(error)
      ? new CliError("moderators-only", "Only who has opened the room may do this.")
      : error;
  });
}

/** For what moderators do to people, but not to each other. @throws CliError `moderators-only` */
export async function asModerator<Result>(
  room: JoinedRoom,
  task: Promise<Result>,
): Promise<Result> {
  return task.catch((error: unknown) => {
    const isOne = room.me !== null && room.me.role !== "member";
    throw isRefused(error) && isOne
      ? new CliError("moderators-only", "Moderators may not do this to each other or to the owner.")
      : error;
  });
}

function isRefused(error: unknown): boolean {
  return error instanceof ProblemError && error.code === "moderators-only";
}
