// Every account that is blocked, contacts or not, each with the way back.

import "../knownNames.ts";
import { useEffect, useState } from "preact/hooks";
import { notify } from "../announcements.ts";
import { problemText } from "../problems.ts";
import { session, useSession } from "../session.ts";

export function BlockedList() {
  const contacts = useSession((state) => state.contacts);
  const [blocked, setBlocked] = useState<readonly string[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const read = () => {
    session.acquaint.contacts.blocked().then(
      (userIds) => {
        setBlocked(userIds);
        setProblem(null);
      },
      (error: unknown) => setProblem(problemText(error)),
    );
  };
  useEffect(read, [contacts]);
  const unblock = async (userId: string) => {
    await session.acquaint.contacts.unblock(userId);
    await session.readContacts();
    read();
    notify(`${session.nameOf(userId)} is no longer blocked.`);
  };
  if (problem !== null) return <p class="remark">{problem}</p>;
  if (blocked === null) return <p class="remark">Reading the list…</p>;
  if (blocked.length === 0) return <p class="remark">You have blocked nobody.</p>;
  return (
    <ul class="blocked" role="list">
      {blocked.map((userId) => (
        <li key={userId}>
          <span class="person-name">{session.nameOf(userId)}</span>
          <button
            type="button"
            class="button quiet"
            onClick={() => {
              unblock(userId).catch((error: unknown) => notify(problemText(error)));
            }}
          >
            Unblock<span class="unseen"> {session.nameOf(userId)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
