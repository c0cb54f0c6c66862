// Where one speaks in a room. Enter sends where there are real keys, with Shift it breaks the line.

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { ROOM_TEXT_MAX_BYTES } from "../../shared/client/index.ts";
import { RoomIcon } from "./RoomIcon.tsx";
import type { Stay } from "./stay.ts";

/** From so many bytes left on, one is told. */
const NEARLY_FULL_BYTES = 512;

export function RoomComposer({ stay }: { readonly stay: Stay }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(stay.draft);
  const left = ROOM_TEXT_MAX_BYTES - new TextEncoder().encode(text.trim()).length;
  const canSend = text.trim() !== "" && left >= 0;
  const change = (next: string) => {
    stay.draft = next;
    setText(next);
  };
  useEffect(() => {
    if (hasKeys()) field.current?.focus({ preventScroll: true });
  }, []);
  useLayoutEffect(() => {
    if (field.current === null) return;
    field.current.style.height = "auto";
    field.current.style.height = `${field.current.scrollHeight}px`;
  }, [text]);
  const send = () => {
    if (!canSend) return;
    // Why it was refused stands below the message itself.
    stay.say(text.trim()).catch(() => {});
    change("");
    field.current?.focus();
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div class="composer-line">
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          aria-label={`Message to ${stay.title}`}
          aria-describedby="room-limit"
          aria-invalid={left < 0 || undefined}
          placeholder="Say something"
          enterkeyhint={hasKeys() ? "send" : "enter"}
          value={text}
          onInput={(event) => change(event.currentTarget.value)}
          onKeyDown={(event) => {
            const isSending = event.key === "Enter" && !event.shiftKey && hasKeys();
            if (event.isComposing || !isSending) return;
            event.preventDefault();
            send();
          }}
        />
        <button
          type="submit"
          class="send"
          aria-label="Send"
          disabled={!canSend}
          // The keyboard of a phone stays open.
          onPointerDown={(event) => event.preventDefault()}
        >
          <RoomIcon name="send" />
        </button>
      </div>
      <p id="room-limit" class="composer-limit" data-over={left < 0}>
        {limitText(left)}
      </p>
      {/* Said once, and not with each letter. */}
      <p class="unseen" role="status">
        {left < 0 ? "Too long to send." : left <= NEARLY_FULL_BYTES ? "Nearly full." : ""}
      </p>
    </form>
  );
}

function limitText(bytesLeft: number): string {
  if (bytesLeft > NEARLY_FULL_BYTES) return "";
  if (bytesLeft >= 0)
    return `Nearly full: room for ${bytesLeft} more letters, fewer of some scripts.`;
  return `Too long by ${-bytesLeft} letters or so. Shorten it, or say it in parts.`;
}

/** A phone's keyboard has no second way to break a line, so there Enter does, and the button sends. */
function hasKeys(): boolean {
  return !matchMedia("(pointer: coarse)").matches;
}
