// The lobby, one's own rooms and a room before one goes in, read anew every few seconds while somebody sees them.

import { useEffect, useState } from "preact/hooks";
import type { LobbyPage, RoomInfo } from "../../shared/client/index.ts";
import { session } from "../session.ts";

const EVERY_MS = 5_000;
/** After something went wrong, the next look waits. */
const AFTER_PROBLEM_MS = 20_000;
/** One's own rooms are asked one by one, so less often. */
const OWN_EVERY_MS = 20_000;
/** Whoever stands before a room sees it fill, without waking it too often. */
const ROOM_EVERY_MS = 10_000;

interface Followed<Value> {
  /** Null until it was read once. */
  readonly value: Value | null;
  /** Why it could not be read the last time. */
  readonly problem: unknown;
  readonly readAgain: () => void;
}

export function useLobby(topic: string | null): Followed<LobbyPage> {
  return useFollowed(() => session.acquaint.rooms.lobby(topic ?? undefined), EVERY_MS, topic ?? "");
}

export function useOwnRooms(): Followed<readonly RoomInfo[]> {
  return useFollowed(() => session.acquaint.rooms.own(), OWN_EVERY_MS, "");
}

export function useRoomInfo(roomId: string): Followed<RoomInfo> {
  return useFollowed(() => session.acquaint.rooms.look(roomId), ROOM_EVERY_MS, roomId);
}

function useFollowed<Value>(
  read: () => Promise<Value>,
  everyMs: number,
  subject: string,
): Followed<Value> {
  const [latest, setLatest] = useState<{ subject: string; value: Value } | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      let wait = everyMs;
      try {
        const value = await read();
        if (isOver) return;
        setLatest({ subject, value });
        setProblem(null);
      } catch (error) {
        if (isOver) return;
        setProblem(error);
        wait = AFTER_PROBLEM_MS;
      }
      // Nobody looks at a hidden page: it goes on once it is seen again.
      if (document.visibilityState === "visible") timer = setTimeout(() => void look(), wait);
      else timer = undefined;
    };
    const seen = () => {
      if (document.visibilityState !== "visible" || timer !== undefined) return;
      void look();
    };
    void look();
    document.addEventListener("visibilitychange", seen);
    return () => {
      isOver = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [subject, turn]);
  const value = latest?.subject === subject ? latest.value : null;
  return { value, problem, readAgain: () => setTurn((before) => before + 1) };
}
