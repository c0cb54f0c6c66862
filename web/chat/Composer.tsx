// Where one writes: a new message, an answer to one, or an own message anew. Enter sends where there are real
// keys, Escape leaves an answer or a change, the up arrow in an empty field changes the last own message.

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import {
  CAPTION_MAX_BYTES,
  keyOf,
  type MessageRecord,
  TEXT_MAX_BYTES,
} from "../../shared/client/index.ts";
import { notify } from "../announcements.ts";
import { Icon } from "../components/Icon.tsx";
import { problemText } from "../problems.ts";
import { session } from "../session.ts";
import { useStore } from "../store.ts";
import { ChatIcon } from "./ChatIcon.tsx";
import { useDraft, useTypingNotice } from "./draft.ts";
import { AttachButton } from "./files/AttachButton.tsx";
import type { Tray } from "./files/tray.ts";
import { TrayView } from "./files/TrayView.tsx";
import { lineOf } from "./words.ts";

/** From so many bytes left on, one is told. */
const NEARLY_FULL_BYTES = 1_024;

export interface Writing {
  readonly kind: "new" | "reply" | "edit";
  /** The message that is answered or changed; null for a new one. */
  readonly about: MessageRecord | null;
}

export const NEW: Writing = { kind: "new", about: null };

interface ComposerProps {
  readonly userId: string;
  readonly name: string;
  readonly tray: Tray;
  readonly writing: Writing;
  readonly onWriting: (writing: Writing) => void;
  /** The last own message that can be changed. */
  readonly lastOwn: () => MessageRecord | null;
  readonly onSent: () => void;
}

export function Composer(props: ComposerProps) {
  const { userId, name, tray, writing, onWriting } = props;
  const { messages } = session.acquaint;
  const field = useRef<HTMLTextAreaElement>(null);
  const [draft, setDraft] = useDraft(userId);
  const [changed, setChanged] = useState("");
  const tellTyping = useTypingNotice(userId);
  const isEdit = writing.kind === "edit";
  const text = isEdit ? changed : draft;
  const toSend = useStore(tray.store, (state) => state.chosen).filter(
    ({ isLeaving }) => !isLeaving,
  );
  const hasFiles = toSend.length > 0 && !isEdit;
  const maxBytes = hasFiles ? CAPTION_MAX_BYTES : TEXT_MAX_BYTES;
  const bytesLeft = maxBytes - new TextEncoder().encode(text).length;
  const canSend = (text.trim() !== "" || hasFiles) && bytesLeft >= 0;

  useEffect(() => {
    if (hasKeys()) field.current?.focus();
  }, []);
  // Before the next key: what closes for this gives the focus back elsewhere.
  useLayoutEffect(() => {
    if (writing.kind === "edit") setChanged(writing.about?.text ?? "");
    if (writing.kind !== "new") field.current?.focus();
  }, [writing]);
  useLayoutEffect(() => grow(field.current), [text]);

  const change = (next: string) => {
    if (isEdit) return setChanged(next);
    setDraft(next);
    tellTyping(next.trim() !== "");
  };
  const leave = () => {
    onWriting(NEW);
    field.current?.focus();
  };
  const send = async () => {
    if (!canSend) return;
    const { about } = writing;
    const said = text.trim();
    onWriting(NEW);
    field.current?.focus();
    if (isEdit && about !== null) {
      if (said !== about.text) await messages.edit(about, said);
      return;
    }
    setDraft("");
    tellTyping(false);
    props.onSent();
    if (hasFiles) {
      const isSaid = await tray.send(said, about === null ? null : keyOf(about));
      // What was written meanwhile is not written over.
      if (!isSaid && field.current?.value === "") setDraft(said);
      return;
    }
    try {
      await messages.send(userId, said, about === null ? {} : { replyTo: keyOf(about) });
    } catch (error) {
      setDraft(said);
      throw error;
    }
  };
  const submit = () => void send().catch((error: unknown) => notify(problemText(error)));

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey && hasKeys()) {
      submit();
    } else if (event.key === "Escape" && writing.kind !== "new") {
      leave();
    } else if (event.key === "ArrowUp" && text === "" && writing.kind === "new") {
      const about = props.lastOwn();
      if (about === null) return;
      onWriting({ kind: "edit", about });
    } else {
      return;
    }
    event.preventDefault();
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {writing.about !== null && <About writing={writing} name={name} onLeave={leave} />}
      {!isEdit && <TrayView tray={tray} onEmptied={() => field.current?.focus()} />}
      <div class="composer-line">
        {!isEdit && (
          <AttachButton
            onFiles={(files) => {
              tray.add(files);
              if (hasKeys()) field.current?.focus();
            }}
          />
        )}
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          aria-label={fieldName(isEdit, hasFiles, name)}
          aria-describedby="composer-limit"
          aria-invalid={bytesLeft < 0 || undefined}
          placeholder={hasFiles ? "Add a caption" : "Write a message"}
          enterkeyhint={hasKeys() ? "send" : "enter"}
          value={text}
          onInput={(event) => change(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          onBlur={() => tellTyping(false)}
        />
        <button
          type="submit"
          class="send"
          aria-label={isEdit ? "Save the change" : "Send"}
          disabled={!canSend}
          // The keyboard of a phone stays open.
          onPointerDown={(event) => event.preventDefault()}
        >
          {isEdit ? <Icon name="check" /> : <ChatIcon name="send" />}
        </button>
      </div>
      <p id="composer-limit" class="composer-limit" data-over={bytesLeft < 0}>
        {limitText(bytesLeft)}
      </p>
      {/* Said once, and not with each letter. */}
      <p class="unseen" role="status">
        {bytesLeft < 0 ? "Too long to send." : bytesLeft <= NEARLY_FULL_BYTES ? "Nearly full." : ""}
      </p>
    </form>
  );
}

interface AboutProps {
  readonly writing: Writing;
  readonly name: string;
  readonly onLeave: () => void;
}

function About({ writing, name, onLeave }: AboutProps) {
  const { kind, about } = writing;
  if (about === null) return null;
  const whom = about.author === "me" ? "yourself" : name;
  return (
    <div class="composer-about">
      <ChatIcon name={kind === "edit" ? "edit" : "reply"} />
      <p>
        <span class="quote-who">{kind === "edit" ? "Changing" : `Answering ${whom}`}</span>
        <span class="quote-text" dir="auto">
          {lineOf(about)}
        </span>
      </p>
      <button
        type="button"
        class="round"
        aria-label={kind === "edit" ? "Do not change it" : "Do not answer it"}
        onClick={onLeave}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}

function fieldName(isEdit: boolean, hasFiles: boolean, name: string): string {
  if (isEdit) return "Your message, changed";
  return hasFiles ? `Caption, to ${name}` : `Message to ${name}`;
}

/** Bytes are no measure for people, but what a letter takes differs: so it is said as what is left. */
function limitText(bytesLeft: number): string {
  if (bytesLeft > NEARLY_FULL_BYTES) return "";
  if (bytesLeft >= 0)
    return `Nearly full: room for ${bytesLeft} more letters, fewer of some scripts.`;
  return `Too long by ${-bytesLeft} letters or so. Shorten it, or send it in parts.`;
}

/** A phone's keyboard has no second way to break a line, so there Enter does, and the button sends. */
function hasKeys(): boolean {
  return !matchMedia("(pointer: coarse)").matches;
}

function grow(field: HTMLTextAreaElement | null): void {
  if (field === null) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}
