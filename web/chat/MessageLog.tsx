// The messages of the open conversation. It opens at the first unread one, stays at the end while one is there,
// keeps its place otherwise, and says aloud what comes in.

import { useEffect, useLayoutEffect, useMemo, useState } from "preact/hooks";
import { isUnread, keyOf, type MessageKey, type MessageRecord } from "../../shared/client/index.ts";
import { notify } from "../announcements.ts";
import { Later } from "../components/Later.tsx";
import { useLogPlace } from "../logPlace.ts";
import { problemText } from "../problems.ts";
import { session } from "../session.ts";
import { useStore } from "../store.ts";
import { isAttended, useAttention } from "./attention.ts";
import { ChatIcon } from "./ChatIcon.tsx";
import { type OpenConversation, quotedKey } from "./conversation.ts";
import { useUncancelled } from "./files/cancelling.ts";
import { isFileRecord, fileKind } from "./files/fileKinds.ts";
import { MessageItem } from "./MessageItem.tsx";
import { MessageInfo } from "./MessageInfo.tsx";
import { MessageMenu } from "./MessageMenu.tsx";
import { NewMessages } from "./NewMessages.tsx";
import { elementId, type Row, rowsOf } from "./rows.ts";
import { dayHeading, noticeText } from "./words.ts";

const MARKED_FOR_MS = 2_500;
/** So near to the first that is loaded, earlier ones are. */
const NEAR_START_PX = 600;

const loadViewer = async () => (await import("./files/Viewer.tsx")).Viewer;

interface MessageLogProps {
  readonly conversation: OpenConversation;
  readonly name: string;
  readonly canWrite: boolean;
  /** A message to go to. */
  readonly target: MessageKey | null;
  readonly onReply: (record: MessageRecord) => void;
  readonly onEdit: (record: MessageRecord) => void;
}

export function MessageLog(props: MessageLogProps) {
  const { conversation, name, canWrite, target } = props;
  const state = useStore(conversation.store, (all) => all);
  const messages = useUncancelled(useUnexpired(state.messages));
  const rows = useMemo(() => rowsOf(messages, state.firstUnread), [messages, state.firstUnread]);
  const [menu, setMenu] = useState<{ record: MessageRecord; anchor: Element } | null>(null);
  const [info, setInfo] = useState<MessageRecord | null>(null);
  const [active, setActive] = useState<MessageKey | null>(null);
  const [goal, setGoal] = useState<MessageKey | null>(null);
  const [marked, setMarked] = useState<MessageKey | null>(null);
  const [viewed, setViewed] = useState<MessageKey | null>(null);
  const [first, last] = [messages[0], messages.at(-1)];
  const { scroller, isAtEnd, leftAt, toEnd, note, onScroll } = useLogPlace({
    first: first === undefined ? "" : keyOf(first),
    last: last === undefined ? "" : keyOf(last),
    isOwnLast: last?.author === "me",
    isLoaded: state.isLoaded,
    opensAt: (box) => (target === null ? box.querySelector('[data-kind="unread"]') : null),
    onMove: (box) => {
      const { hasEarlier } = conversation.store.state;
      if (hasEarlier && box.scrollTop < NEAR_START_PX) void conversation.loadEarlier();
    },
  });
  const isAway = leftAt !== null;
  const isAttentive = useAttention();

  conversation.isWatched = () => isAttended() && isAtEnd.current;
  useEffect(() => conversation.markRead(), [isAttentive, isAway]);

  const goTo = (key: MessageKey) => {
    conversation.reach(key).then(
      (isThere) => (isThere ? setGoal(key) : notify("This message is no longer on this device.")),
      (error: unknown) => notify(problemText(error)),
    );
  };
  useEffect(() => {
    if (target !== null) goTo(target);
  }, [target]);
  useLayoutEffect(() => {
    const element = goal === null ? null : document.getElementById(elementId(goal));
    if (element === null) return;
    element.scrollIntoView({ block: "center" });
    note();
    element.focus({ preventScroll: true });
    setMarked(goal);
    setGoal(null);
  }, [goal, messages]);
  useEffect(() => {
    if (marked === null) return undefined;
    const timer = setTimeout(() => setMarked(null), MARKED_FOR_MS);
    return () => clearTimeout(timer);
  }, [marked]);

  const react = (record: MessageRecord, emoji: string) => {
    session.acquaint.messages
      .react(record, emoji)
      .catch((error: unknown) => notify(problemText(error)));
  };
  const sendAgain = (record: MessageRecord) => {
    session.acquaint.messages
      .sendAgain(record)
      .catch((error: unknown) => notify(problemText(error)));
  };
  const openMenu = (record: MessageRecord, anchor: Element) => {
    setActive(keyOf(record));
    setMenu({ record, anchor });
  };
  const tabStop = tabStopOf(rows, active);
  const recordOf = (key: MessageKey | null) => {
    if (key === null) return null;
    return messages.find((record) => keyOf(record) === key) ?? state.quoted.get(key);
  };

  return (
    <div class="log-frame">
      <div class="log" ref={scroller} onScroll={onScroll} aria-busy={state.isLoadingEarlier}>
        {/* Arrows move between its messages. */}
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
        <ol
          class="messages"
          role="list"
          aria-label={`Messages with ${name}`}
          aria-describedby="messages-help"
          onKeyDown={moveByArrow}
          onFocusCapture={(event) => setActive(focusedKey(event) ?? active)}
        >
          {rows.map((row) =>
            row.kind === "message" ? (
              <MessageItem
                key={row.id}
                row={row}
                name={name}
                quoted={recordOf(quotedKey(row.record))}
                isTabStop={row.id === tabStop}
                isMarked={row.id === marked}
                actions={{
                  openMenu,
                  goTo,
                  react: canWrite ? react : null,
                  sendAgain,
                  view: setViewed,
                }}
              />
            ) : (
              <li key={row.id} class="log-line" data-kind={row.kind}>
                <span>{lineText(row, name)}</span>
              </li>
            ),
          )}
        </ol>
        {state.isLoaded && messages.length === 0 && (
          <p class="log-empty">
            Nothing is written here yet. What you write is sealed for {name} alone.
          </p>
        )}
      </div>
      {isAway && (
        <button type="button" class="to-end" onClick={toEnd}>
          <ChatIcon name="down" /> {newText(messages.filter(isUnread).length)}
        </button>
      )}
      <p id="messages-help" hidden>
        Arrow keys move between messages, Enter shows what can be done with one.
      </p>
      <NewMessages messages={state.messages} isLoaded={state.isLoaded} name={name} />
      {menu !== null && (
        <MessageMenu
          {...menu}
          name={name}
          canWrite={canWrite}
          onReply={props.onReply}
          onEdit={props.onEdit}
          onReact={react}
          onInfo={setInfo}
          onClose={() => setMenu(null)}
        />
      )}
      {viewed !== null && (
        <Later
          load={loadViewer}
          props={{
            pictures: messages
              .filter(isFileRecord)
              .filter(({ file }) => fileKind(file.type) === "picture"),
            shown: viewed,
            name,
            onShow: setViewed,
            onClose: () => setViewed(null),
          }}
          isQuiet
        />
      )}
      {info !== null && <MessageInfo record={info} name={name} onClose={() => setInfo(null)} />}
    </div>
  );
}

function lineText(row: Exclude<Row, { kind: "message" }>, name: string): string {
  if (row.kind === "day") return dayHeading(row.at);
  return row.kind === "unread" ? "New messages" : noticeText(row.record, name);
}

function newText(count: number): string {
  if (count === 0) return "To the latest";
  return count === 1 ? "1 new message" : `${count} new messages`;
}

/** Tab stops at the message that had the focus last, else at the latest. */
function tabStopOf(rows: readonly Row[], active: MessageKey | null): string | null {
  const ids = rows.filter(({ kind }) => kind === "message").map(({ id }) => id);
  return ids.find((id) => id === active) ?? ids.at(-1) ?? null;
}

function focusedKey({ target }: FocusEvent): MessageKey | null {
  const id = target instanceof HTMLElement ? target.closest(".message")?.id : undefined;
  return id === undefined ? null : (id.slice("message-".length) as MessageKey);
}

function moveByArrow(event: KeyboardEvent): void {
  const { target, key, currentTarget } = event;
  const isMove = ["ArrowUp", "ArrowDown", "Home", "End"].includes(key);
  // A player has a use of its own for them.
  const isPlayer = target instanceof HTMLMediaElement;
  const from =
    target instanceof HTMLElement && !isPlayer ? target.closest<HTMLElement>(".message") : null;
  if (!isMove || from === null) return;
  const list = currentTarget as HTMLElement;
  const all = [...list.querySelectorAll<HTMLElement>(".message")];
  const at = all.indexOf(from);
  const step = key === "ArrowUp" ? at - 1 : at + 1;
  const next = key === "Home" ? all[0] : key === "End" ? all.at(-1) : all[step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}

/** What has come to its time goes at once, even before it is swept away. */
function useUnexpired(messages: readonly MessageRecord[]): readonly MessageRecord[] {
  const [now, setNow] = useState(Date.now);
  const next = Math.min(
    ...messages.map(({ expiresAt = Infinity }) => expiresAt).filter((at) => at > now),
  );
  useEffect(() => {
    if (next === Infinity) return undefined;
    const wait = Math.min(Math.max(next - Date.now(), 0) + 50, 60_000);
    const timer = setTimeout(() => setNow(Date.now()), wait);
    return () => clearTimeout(timer);
  }, [next, now]);
  return useMemo(
    () => messages.filter(({ expiresAt = Infinity }) => expiresAt > now),
    [messages, now],
  );
}
