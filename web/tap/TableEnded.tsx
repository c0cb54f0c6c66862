// How a table ended, and what to do next.

import type { Table } from "../../shared/client/index.ts";
import { Heading } from "../components/Heading.tsx";
import { Icon } from "../components/Icon.tsx";
import { MeetingMark } from "../components/MeetingMark.tsx";
import { go, paths } from "../router.ts";
import { useSession } from "../session.ts";
import { ClosingMark } from "./ClosingMark.tsx";
import { listOf, nameOrSomeone } from "./nameList.ts";
import { tables } from "./tables.ts";

export function TableEnded({ table }: { readonly table: Table }) {
  const { tapId, at, by, members: told, groupId } = table;
  const contacts = useSession((state) => state.contacts);
  // Names come a moment after the touch.
  const members = told.map((one) => ({
    ...one,
    name: contacts.find(({ userId }) => userId === one.userId)?.name ?? one.name,
  }));
  const isMine = members.some((one) => one.isMe && one.userId === by);
  const close = () => tables.close(tapId);
  const leadTo = (path: string) => {
    close();
    go(path);
  };
  if (at === "settled") {
    const others = members.filter((one) => !one.isMe);
    const met = isMine ? others : others.filter(({ userId }) => userId === by);
    const title = `You and ${listOf(met)} are in contact`;
    return (
      <section class="outcome" data-outcome="connected">
        <ClosingMark />
        <Heading level={2} subject="settled">
          {title}
        </Heading>
        <p class="verified">
          <Icon name="shield" /> All of you saw the same words: nobody stands between you.
        </p>
        {groupId !== null && (
          <p class="lead">
            All {members.length} of you are a group now.
            {!isMine && " The others become your contacts when you tap with them, too."}
          </p>
        )}
        <div class="actions">
          {groupId !== null && (
            <button
              type="button"
              class="button primary"
              onClick={() => leadTo(paths.group(groupId))}
            >
              <Icon name="contacts" /> Show the group
            </button>
          )}
          <button type="button" class="button quiet" onClick={close}>
            Done
          </button>
        </div>
      </section>
    );
  }
  return (
    <section class="outcome" data-outcome="failed">
      <MeetingMark closeness="apart" />
      <Heading level={2} subject="ended">
        {endTitle(table)}
      </Heading>
      <p class="lead">{adviceOf(table)}</p>
      <div class="actions">
        <button
          type="button"
          class="button primary"
          onClick={() => (isMine ? leadTo(paths.tap) : close())}
        >
          {isMine ? "Gather anew" : "Close"}
        </button>
        {isMine && (
          <button type="button" class="button quiet" onClick={close}>
            Close
          </button>
        )}
      </div>
    </section>
  );
}

/** Without the short ids, which tell nobody anything, and without one's own name. */
function adviceOf({ end, members }: Table): string {
  const because = members.find(({ userId }) => userId === end?.by);
  if (end === null) return "";
  if (because?.isMe) {
    return "Nothing was made. Start over with fresh codes when everyone is ready; if words differ again, do not trust this server.";
  }
  return because === undefined
    ? end.advice
    : end.advice.replaceAll(because.name, nameOrSomeone(because));
}

function endTitle({ end, members, phrase }: Table): string {
  const because = members.find(({ userId }) => userId === end?.by);
  const who = because === undefined ? null : because.isMe ? "You" : nameOrSomeone(because);
  if (end?.reason === "declined") {
    return `${who ?? "Someone"} ${phrase === null ? "left the table" : "said that the words differ"}`;
  }
  if (end?.reason === "timedOut") {
    return who === null ? "The time is over" : `${who} did not answer in time`;
  }
  if (end?.reason === "refused" && who !== null) {
    return who === "You" ? "Your code was not good" : `A code was not good: ${who}`;
  }
  return "The table did not come about";
}
