// Who is banned from a room, by the name that they had there, each with the way back.

import { useEffect, useState } from "preact/hooks";
import type { Ban } from "../../shared/client/index.ts";
import { notify } from "../announcements.ts";
import { momentText } from "../clock.ts";
import { problemText } from "../problems.ts";
import { session, useSession } from "../session.ts";
import { marksOf } from "./marks.ts";
import type { Stay } from "./stay.ts";
import { plain } from "./words.ts";
import { Problem } from "./work.tsx";

export function Bans({ stay }: { readonly stay: Stay }) {
  const { rooms } = session.acquaint;
  const [banned, setBanned] = useState<readonly Ban[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    rooms.bans(stay.roomId).then(setBanned, (error: unknown) => setProblem(problemText(error)));
  }, [stay]);
  const contacts = useSession((all) => all.contacts);
  const people = (banned ?? []).map(({ userId, name, at }) => ({
    userId,
    name: name === null ? (stay.nameOf(userId) ?? session.nameOf(userId)) : plain(name),
    at,
  }));
  const marks = marksOf(people, contacts, session.acquaint.me.userId);
  const unban = async ({ userId, name }: (typeof people)[number]) => {
    try {
      await rooms.moderate(stay.roomId, "unban", userId);
      setBanned((all) => (all ?? []).filter((one) => one.userId !== userId));
      notify(`${name} may come in again.`);
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
        {people.map((person) => {
          const { userId, name, at } = person;
          const mark = marks.get(userId);
          return (
            <li key={userId} class="ban">
              <span class="person-who">
                <span class="person-name">
                  <bdi>{name}</bdi>
                </span>
                <span class="field-help">
                  {[mark, `banned ${momentText(at)}`].filter(Boolean).join(" · ")}
                </span>
              </span>
              <button
                type="button"
                class="tool"
                aria-label={`Take the ban of ${name}${mark === undefined ? "" : ` (${mark})`} back`}
                onClick={() => void unban(person)}
              >
                Take back
              </button>
            </li>
          );
        })}
      </ul>
    </>
  );
}
