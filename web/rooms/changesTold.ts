// What is told in the talk when a room is changed, or who looks after it.

import type { Role, RoomAdmission, RoomRecord } from "../../shared/client/index.ts";
import { plain } from "./words.ts";

type Changing = Pick<RoomRecord, "title" | "admission" | "isLocked">;

const ADMITTED: Readonly<Record<RoomAdmission, string>> = {
  anyone: "Anyone may come into the room now.",
  link: "The room is joined by its link now.",
  approval: "Whoever comes to the room is let in by a moderator now.",
};

export function changesTold(before: Changing, after: Changing): readonly string[] {
  const texts: string[] = [];
  if (before.title !== after.title) texts.push(`The room is called “${plain(after.title)}” now.`);
  if (before.admission !== after.admission) texts.push(ADMITTED[after.admission]);
  if (before.isLocked !== after.isLocked) {
    texts.push(
      after.isLocked
        ? "The room is locked now: nobody new comes in."
        : "The room is no longer locked.",
    );
  }
  return texts;
}

/** @param name null for oneself */
export function roleTold(before: Role, after: Role, name: string | null): string | null {
  if (before === after || before === "owner" || after === "owner") return null;
  const isModerator = after === "moderator";
  if (name !== null)
    return `${name} is ${isModerator ? "a moderator now" : "no longer a moderator"}.`;
  return isModerator
    ? "You are a moderator now: you can let people in, remove and ban them, and lock the room."
    : "You are no longer a moderator of this room.";
}
