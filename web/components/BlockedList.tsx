// Every account that is blocked, contacts or not, each with the way back.

import { useEffect, useState } from "preact/hooks";
import type { BlockedAccount } from "../../shared/client/index.ts";
import { notify } from "../announcements.ts";
import { withPlainName } from "../plainName.ts";
import { problemText } from "../problems.ts";
import { session, useSession } from "../session.ts";

export function BlockedList() {
  const contacts = useSession((state) => state.contacts);
  const [blocked, setBlocked] = useState<readonly BlockedAccount[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const read = () => {
    session.acquaint.contacts.blocked().then(
      (accounts) => {
        setBlocked(accounts);
        setProblem(null);
      },
      (error: unknown) => setProblem(problemText(error)),
    );
  };
  useEffect(read, [contacts]);
  const unblock = async (account: BlockedAccount) => {
    await session.acquaint.contacts.unblock(account.userId);
    await session.readContacts();
    read();
    notify(`${nameIn(account)} is no longer blocked.`);
  };
  if (problem !== null) return <p class="remark">{problem}</p>;
  if (blocked === null) return <p class="remark">Reading the list…</p>;
  if (blocked.length === 0) return <p class="remark">You have blocked nobody.</p>;
  return (
    <ul class="blocked" role="list">
      {blocked.map((account) => (
        <li key={account.userId}>
          <span class="person-name">{nameIn(account)}</span>
          <button
            type="button"
            class="button quiet"
            onClick={() => {
              unblock(account).catch((error: unknown) => notify(problemText(error)));
            }}
          >
            Unblock<span class="unseen"> {nameIn(account)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** As the SDK knows them, or else the page. */
function nameIn({ userId, name }: BlockedAccount): string {
  return name === null ? session.nameOf(userId) : withPlainName({ name }).name;
}
