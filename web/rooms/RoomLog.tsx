// What is said in the room. It stays at the end while one is there, keeps its place otherwise, and draws the latest
// messages alone until earlier ones are asked for.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useLogPlace } from "../logPlace.ts";
import { useSession } from "../session.ts";
import { useStore } from "../store.ts";
import { LinkPart } from "./LinkPart.tsx";
import { type LogRow, logRows } from "./logRows.ts";
import { marksOf } from "./marks.ts";
import { RoomIcon } from "./RoomIcon.tsx";
import { Said } from "./Said.tsx";
import type { Stay } from "./stay.ts";
import { isAttended } from "../chat/attention.ts";
import { countText, WHO_READS } from "./words.ts";

const DRAWN = 200;

interface RoomLogProps {
  readonly stay: Stay;
  readonly onPerson: (userId: string) => void;
}

export function RoomLog({ stay, onPerson }: RoomLogProps) {
  const { messages, between, room, me, members } = useStore(stay.store, (all) => all);
  const isPair = room?.kind === "pair";
  const isAlone = !isPair && me !== null && members.length === 1;
  const [drawn, setDrawn] = useState(DRAWN);
  /** The first message that is drawn, for as long as one is not at the end. */
  const held = useRef<string | null>(null);
  const place = messages.findIndex(({ key }) => key === held.current);
  const from = Math.max(0, Math.min(messages.length - drawn, place < 0 ? Infinity : place));
  const rows = useMemo(() => logRows(messages, between, from), [messages, between, from]);
  const contacts = useSession((all) => all.contacts);
  const marks = useMemo(
    () => marksOf([...members, ...authorsIn(rows)], contacts, me?.userId ?? ""),
    [members, rows, contacts, me?.userId],
  );
  const [first, last] = [messages[from], messages.at(-1)];
  const { scroller, leftAt, toEnd, onScroll } = useLogPlace({
    first: first?.key ?? "",
    // Lines between count as something new at the end, too.
    last: `${last?.key ?? ""} ${rows.at(-1)?.kind === "between" ? rows.length : ""}`,
    isOwnLast: last?.isOwn === true,
  });
  held.current = leftAt === null ? null : (first?.key ?? null);
  useEffect(() => {
    stay.isWatched = () => isAttended() && leftAt === null;
    return () => {
      stay.isWatched = () => false;
    };
  }, [stay, leftAt]);
  const say = (message: Parameters<Stay["sayAgain"]>[0]) => {
    // Why it was refused stands below it.
    stay.sayAgain(message).catch(() => {});
  };
  return (
    <div class="log-frame">
      <div class="log room-log" ref={scroller} onScroll={onScroll}>
        {/* Its own list has the role of one in every browser. */}
        <ol
          class="messages"
          role="list"
          aria-label={`What is said in ${stay.title}`}
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
        >
          {from > 0 && (
            <li class="log-line">
              <button type="button" class="tool" onClick={() => setDrawn(drawn + DRAWN)}>
                Show earlier messages
              </button>
            </li>
          )}
          {rows.map((row) =>
            row.kind === "message" ? (
              <Said
                key={row.message.key}
                message={row.message}
                isFirst={row.isFirst}
                isLast={row.isLast}
                mark={marks.get(row.message.from.userId)}
                onPerson={onPerson}
                onAgain={say}
              />
            ) : (
              <li
                key={row.between.id}
                class="log-line"
                data-kind={row.between.kind === "gap" ? "gap" : "notice"}
              >
                <span dir="auto">{row.between.text}</span>
              </li>
            ),
          )}
        </ol>
        {messages.length === 0 && (
          <div class="log-empty stack-small">
            <p>
              {isPair
                ? "Only the two of you read here. The server passes it on and could read it; it keeps nothing but what is reported."
                : `${stay.wasHere ? "" : "Nothing has been said since you came. "}${WHO_READS}`}
            </p>
            {/* How others come, for whoever has just opened it. */}
            {isAlone && <LinkPart stay={stay} isOwner={me.role === "owner"} isBrief />}
          </div>
        )}
      </div>
      {leftAt !== null && (
        <button
          type="button"
          class="to-end"
          onClick={() => {
            setDrawn(DRAWN);
            toEnd();
            stay.seen();
          }}
        >
          <RoomIcon name="down" /> {newText(messages, leftAt)}
        </button>
      )}
    </div>
  );
}

function newText(messages: readonly { readonly key: string }[], leftAt: string): string {
  const [key] = leftAt.split(" ");
  const count = messages.length - 1 - messages.findIndex((message) => message.key === key);
  return count === 0 ? "To the latest" : countText(count, "new message");
}

/** Whoever has left may have said something under the name of another. */
function authorsIn(rows: readonly LogRow[]) {
  return rows.flatMap((row) => (row.kind === "message" ? [row.message.from] : []));
}
