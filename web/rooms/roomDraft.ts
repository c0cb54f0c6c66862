// A room as a form holds it, what is wrong with it, and what is made of it.

import {
  type OpenRoom,
  ROOM_CAPACITY,
  ROOM_MAX_CAPACITY,
  ROOM_TOPIC_MAX_CHARS,
  type RoomAdmission,
  type RoomRecord,
} from "../../shared/client/index.ts";
import { topicOf } from "../../shared/client/rooms/links.ts";
import { plain } from "./words.ts";

export interface RoomDraft {
  readonly title: string;
  readonly topic: string;
  readonly admission: RoomAdmission;
  readonly isListed: boolean;
  readonly capacity: string;
}

export const NEW_ROOM: RoomDraft = {
  title: "",
  topic: "",
  admission: "anyone",
  isListed: true,
  capacity: `${ROOM_CAPACITY}`,
};

export type RoomFaults = Partial<Readonly<Record<"title" | "topic" | "capacity", string>>>;

export function draftOfRoom({
  title,
  topic,
  admission,
  isListed,
  capacity,
}: RoomRecord): RoomDraft {
  return { title, topic: topic ?? "", admission, isListed, capacity: `${capacity}` };
}

export function faultsOfRoom({ title, topic, capacity }: RoomDraft): RoomFaults {
  const isNumber = /^\d+$/.test(capacity.trim());
  const people = Number(capacity);
  return {
    ...(!hasSomethingToSee(lineOf(title)) && { title: "Say what the room is called." }),
    ...(topicOf(topic).length > ROOM_TOPIC_MAX_CHARS && {
      topic: `A topic has at most ${ROOM_TOPIC_MAX_CHARS} letters.`,
    }),
    ...(!(isNumber && people >= 2 && people <= ROOM_MAX_CAPACITY) && {
      capacity: `A number from 2 to ${ROOM_MAX_CAPACITY}.`,
    }),
  };
}

/** What somebody typed or pasted, as a line that the server takes: marks that come along unseen are left out. */
export function lineOf(text: string): string {
  return plain(text).toWellFormed().replace(/\s+/g, " ").trim();
}

export function hasSomethingToSee(line: string): boolean {
  return /[^\p{Cc}\p{Cf}\p{M}\p{Z}]/u.test(line);
}

export function roomOf(draft: RoomDraft) {
  const topic = topicOf(draft.topic);
  return {
    title: lineOf(draft.title),
    topic: topic === "" ? null : topic,
    admission: draft.admission,
    // Nobody could come in by the lobby where a link is needed.
    isListed: draft.isListed && draft.admission !== "link",
    capacity: Number(draft.capacity),
  } satisfies OpenRoom;
}
