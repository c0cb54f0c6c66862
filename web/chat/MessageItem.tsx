// One message: what it answers, what it says, when and how far it has come, how people reacted.

import { useRef } from "preact/hooks";
import {
  keyOf,
  type MessageKey,
  type MessageRecord,
  shownReactions,
} from "../../shared/client/index.ts";
import { ChatIcon } from "./ChatIcon.tsx";
import { useIsBeingDeleted } from "./deletions.ts";
import { cancelUpload } from "./files/cancelling.ts";
import { isFileRecord } from "./files/fileKinds.ts";
import { bubbleKind, FileMessage } from "./files/FileMessage.tsx";
import { MessageText } from "./MessageText.tsx";
import { Quote } from "./Quote.tsx";
import { elementId, type MessageRow } from "./rows.ts";
import { StateMark } from "./StateMark.tsx";
import { dayAndHour, DELETED, refusalText, timeText, UNKNOWN } from "./words.ts";

/** How long a finger rests on a message to see what can be done with it. */
const LONG_PRESS_MS = 450;

interface MessageActions {
  readonly openMenu: (record: MessageRecord, anchor: Element) => void;
  readonly goTo: (key: MessageKey) => void;
  /** Null where nothing can be sent. */
  readonly react: ((record: MessageRecord, emoji: string) => void) | null;
  readonly sendAgain: (record: MessageRecord) => void;
  /** Shows a picture in full. */
  readonly view: (key: MessageKey) => void;
}

interface MessageItemProps {
  readonly row: MessageRow;
  readonly name: string;
  readonly quoted: MessageRecord | null | undefined;
  readonly isTabStop: boolean;
  readonly isMarked: boolean;
  readonly actions: MessageActions;
}

export function MessageItem(props: MessageItemProps) {
  const { row, name, quoted, isTabStop, isMarked, actions } = props;
  const { record } = row;
  const { author, at, kind, state, edit, replyTo } = record;
  const tabIndex = isTabStop ? 0 : -1;
  const bubble = useRef<HTMLDivElement>(null);
  const isDeleted = useIsBeingDeleted(record) || record.isDeleted;
  const openMenu = () => actions.openMenu(record, bubble.current!);
  const press = useLongPress(openMenu);
  const who = author === "me" ? "You" : name;
  const time = row.isOfOtherDay ? dayAndHour(at) : timeText(at);
  const meta = (
    <span class="message-meta">
      {record.lifetimeSeconds !== undefined && !isDeleted && (
        <span title="Disappears">
          <ChatIcon name="timer" />
          <span class="unseen">Disappears.</span>
        </span>
      )}
      {edit !== undefined && !isDeleted && <span>Edited</span>}
      <time dateTime={new Date(at).toISOString()}>{time}</time>
      {author === "me" && state !== undefined && !isDeleted && <StateMark state={state} />}
    </span>
  );
  const file = !isDeleted && isFileRecord(record) ? record : null;
  const isPlain = kind === "text" && !isDeleted;
  const bubbleIs = file !== null ? bubbleKind(file) : isPlain ? "text" : "note";
  return (
    // One message is in the order of Tab, with what is in it: arrows move on, Enter opens what can be done.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <li
      id={elementId(keyOf(record))}
      class="message"
      data-author={author}
      data-first={row.isFirstOfGroup}
      data-last={row.isLastOfGroup}
      data-marked={isMarked}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={tabIndex}
      onKeyDown={(event) => {
        const isMenuKey = event.key === "ContextMenu" || (event.shiftKey && event.key === "F10");
        const isPress = event.key === "Enter" || event.key === " ";
        if (event.target !== event.currentTarget || !(isMenuKey || isPress)) return;
        event.preventDefault();
        openMenu();
      }}
    >
      <span class="unseen">{who}:</span>
      <div class="bubble-line">
        <div class="bubble" ref={bubble} data-kind={bubbleIs} {...press}>
          {replyTo !== undefined && !isDeleted && (
            <Quote
              replyTo={replyTo}
              record={quoted}
              name={name}
              tabIndex={tabIndex}
              onPress={actions.goTo}
            />
          )}
          {file !== null ? (
            <FileMessage
              record={file}
              meta={meta}
              tabIndex={tabIndex}
              onView={() => actions.view(keyOf(record))}
            />
          ) : isPlain ? (
            <MessageText text={record.text} meta={meta} tabIndex={tabIndex} />
          ) : (
            <p class="message-note">
              {isDeleted ? DELETED : UNKNOWN}
              {meta}
            </p>
          )}
        </div>
        <button
          type="button"
          class="message-more"
          tabIndex={-1}
          aria-haspopup="dialog"
          aria-label={`More about the message of ${time}`}
          onClick={openMenu}
        >
          <ChatIcon name="more" />
        </button>
      </div>
      {!isDeleted && (
        <Reactions record={record} name={name} tabIndex={tabIndex} onReact={actions.react} />
      )}
      {state === "refused" && !isDeleted && (
        <Refused record={record} name={name} onAgain={() => actions.sendAgain(record)} />
      )}
    </li>
  );
}

interface ReactionsProps {
  readonly record: MessageRecord;
  readonly name: string;
  readonly tabIndex: number;
  readonly onReact: MessageActions["react"];
}

function Reactions({ record, name, tabIndex, onReact }: ReactionsProps) {
  const { me, peer } = shownReactions(record);
  const emojis = [...new Set([me, peer].filter((emoji) => emoji !== undefined))];
  if (emojis.length === 0) return null;
  return (
    <div class="reactions">
      {emojis.map((emoji) => {
        const isBoth = me === peer;
        const who = isBoth ? `You and ${name}` : emoji === me ? "You" : name;
        const what = emoji === me ? "take yours back" : "react the same";
        return (
          <button
            key={emoji}
            type="button"
            class="reaction"
            tabIndex={tabIndex}
            aria-label={`${who}: ${emoji}, ${what}`}
            disabled={onReact === null}
            onClick={() => onReact?.(record, emoji === me ? "" : emoji)}
          >
            <span data-mine={emoji === me}>
              {emoji}
              {isBoth && <span class="reaction-count">2</span>}
            </span>
          </button>
        );
      })}
    </div>
  );
}

interface RefusedProps {
  readonly record: MessageRecord;
  readonly name: string;
  readonly onAgain: () => void;
}

function Refused({ record, name, onAgain }: RefusedProps) {
  return (
    <div class="message-refused">
      <p>Not delivered. {refusalText(record.refusal, name)}</p>
      <button type="button" class="tool" onClick={onAgain}>
        Try again
      </button>
      {isFileRecord(record) && (
        <button type="button" class="tool" onClick={() => cancelUpload(record)}>
          Remove
        </button>
      )}
    </div>
  );
}

/** By finger only: a mouse has its button, and its own menu for links. */
function useLongPress(open: () => void) {
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const stop = () => {
    if (timer.current !== null) clearTimeout(timer.current);
    timer.current = null;
  };
  return {
    onPointerDown: (event: PointerEvent) => {
      stop();
      if (event.pointerType === "touch") timer.current = setTimeout(open, LONG_PRESS_MS);
    },
    onPointerMove: stop,
    onPointerUp: stop,
    onPointerCancel: stop,
    onContextMenu: (event: Event) => {
      if (event instanceof PointerEvent && event.pointerType === "touch") event.preventDefault();
    },
  };
}
