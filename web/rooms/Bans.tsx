// Who is banned from a room, each with the way back.

import { useEffect, useState } from "preact/hooks";
import { notify } from "../announcements.ts";
import { problemText } from "../problems.ts";
import { session } from "../session.ts";
import type { Stay } from "./stay.ts";
import { Problem } from "./work.tsx";

export function Bans({ stay }: { readonly stay: Stay }) {
  const { rooms } = session.acquaint;
  const [banned, setBanned] = useState<readonly string[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    rooms.bans(stay.roomId).then(setBanned, (error: unknown) => setProblem(problemText(error)));
  }, [stay]);
  const nameOf = (userId: string) => stay.nameOf(userId) ?? session.nameOf(userId);
  const unban = async (userId: string) => {
    try {
      await rooms.moderate(stay.roomId, "unban", userId);
      setBanned((all) => (all ?? []).filter((one) => one !== userId));
      notify(`${nameOf(userId)} may come in again.`);
    } catch (error) {
      setProblem(problemText(error));
    }
  };
  return (
    <>
      <Problem text={problem} />
      {banned === null && problem === null && (
        <p class="lead" role="status">
          Reading the list…
        </p>
      )}
      {banned?.length === 0 && <p class="lead">Nobody is banned from this room.</p>}
      <ul class="acts" role="list">
        {(banned ?? []).map((userId) => (
          <li key={userId} class="ban">
            <span class="person-name">
              <bdi>{nameOf(userId)}</bdi>
            </span>
            <button
              type="button"
              class="tool"
              aria-label={`Take the ban of ${nameOf(userId)} back`}
              onClick={() => void unban(userId)}
            >
              Take back
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
