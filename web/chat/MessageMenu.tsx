// What can be done with one message.

import { useState } from "preact/hooks";
import {
  hasText,
  type MessageRecord,
  plainText,
  shownReactions,
} from "../../shared/client/index.ts";
import { Icon } from "../components/Icon.tsx";
import { copy } from "../sharing.ts";
import { ChatIcon } from "./ChatIcon.tsx";
import { deleteForEveryone } from "./deletions.ts";
import { isOneEmoji, REACTIONS } from "./emoji.ts";
import { isFileRecord } from "./files/fileKinds.ts";
import { saveAside } from "./files/opening.ts";
import { Popup } from "./Popup.tsx";

interface MessageMenuProps {
  readonly record: MessageRecord;
  readonly name: string;
  readonly anchor: Element;
  /** False where nothing can be sent: then it can be read, and no more. */
  readonly canWrite: boolean;
  readonly onReply: (record: MessageRecord) => void;
  readonly onEdit: (record: MessageRecord) => void;
  readonly onReact: (record: MessageRecord, emoji: string) => void;
  readonly onInfo: (record: MessageRecord) => void;
  readonly onClose: () => void;
}

export function canEdit({ author, kind, isDeleted, state }: MessageRecord): boolean {
  return author === "me" && hasText(kind) && !isDeleted && state !== "refused";
}

export function MessageMenu(props: MessageMenuProps) {
  const { record, name, anchor, canWrite, onClose } = props;
  const { author, kind, isDeleted } = record;
  const isThere = !isDeleted;
  const isText = isThere && hasText(kind) && record.text !== "";
  const file = isFileRecord(record) ? record : null;
  const first = (action: (record: MessageRecord) => void) => () => {
    onClose();
    action(record);
  };
  return (
    <Popup
      label={author === "me" ? "Your message" : `Message from ${name}`}
      anchor={anchor}
      onClose={onClose}
    >
      {isThere && canWrite && <ReactionChoice {...props} />}
      <div class="popup-items">
        {isThere && canWrite && (
          <button type="button" onClick={first(props.onReply)}>
            <ChatIcon name="reply" /> Reply
          </button>
        )}
        {file !== null && (
          <button type="button" onClick={first(() => saveAside(file))}>
            <Icon name="save" /> Save
          </button>
        )}
        {isText && (
          <button
            type="button"
            onClick={first(() => void copy(plainText(record.text), "The text"))}
          >
            <Icon name="copy" /> Copy
          </button>
        )}
        {canWrite && canEdit(record) && (
          <button type="button" onClick={first(props.onEdit)}>
            <ChatIcon name="edit" /> {file === null ? "Edit" : "Edit the caption"}
          </button>
        )}
        <button type="button" onClick={first(props.onInfo)}>
          <ChatIcon name="info" /> Info
        </button>
        {isThere && canWrite && author === "me" && (
          <button type="button" class="danger" onClick={first(deleteForEveryone)}>
            <Icon name="trash" /> Delete for everyone
          </button>
        )}
      </div>
    </Popup>
  );
}

function ReactionChoice({ record, onReact, onClose }: MessageMenuProps) {
  const [isTyping, setTyping] = useState(false);
  const [typed, setTyped] = useState("");
  const [fault, setFault] = useState<string | null>(null);
  const { me } = shownReactions(record);
  const react = (emoji: string) => {
    onClose();
    onReact(record, emoji === me ? "" : emoji);
  };
  const reactTyped = (event: Event) => {
    event.preventDefault();
    const emoji = typed.trim();
    if (isOneEmoji(emoji)) react(emoji);
    else setFault("Type one emoji.");
  };
  if (isTyping) {
    return (
      <form class="emoji-form" onSubmit={reactTyped}>
        <input
          ref={(input) => input?.focus()}
          aria-label="Any emoji"
          aria-invalid={fault !== null || undefined}
          aria-describedby={fault === null ? undefined : "emoji-fault"}
          placeholder="Any emoji"
          autocomplete="off"
          maxLength={64}
          value={typed}
          onInput={(event) => {
            setTyped(event.currentTarget.value);
            setFault(null);
          }}
        />
        <button type="submit" class="tool">
          React
        </button>
        {fault !== null && (
          <p class="field-error" id="emoji-fault" role="alert">
            {fault}
          </p>
        )}
      </form>
    );
  }
  const offered = me === undefined || isOffered(me) ? REACTIONS : [me, ...REACTIONS.slice(0, -1)];
  return (
    <div class="reaction-choice" role="group" aria-label="React">
      {offered.map((emoji) => (
        <button
          key={emoji}
          type="button"
          aria-pressed={emoji === me}
          aria-label={emoji === me ? `Take ${emoji} back` : `React with ${emoji}`}
          onClick={() => react(emoji)}
        >
          {emoji}
        </button>
      ))}
      <button type="button" aria-label="Another emoji" onClick={() => setTyping(true)}>
        <ChatIcon name="smile" />
      </button>
    </div>
  );
}

function isOffered(emoji: string): boolean {
  return (REACTIONS as readonly string[]).includes(emoji);
}
