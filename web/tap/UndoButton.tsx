// The way back from a touch, for as long as there is one.

import { useState } from "preact/hooks";
import type { Contact } from "../../shared/client/index.ts";
import { notify } from "../announcements.ts";
import { clockText, useSecondsUntil } from "../clock.ts";
import { problemText } from "../problems.ts";
import { TapIcon } from "./TapIcon.tsx";
import { touches } from "./touches.ts";

interface UndoButtonProps {
  readonly contact: Contact;
  readonly class?: string;
  readonly onUndone?: () => void;
}

export function UndoButton({ contact, class: look = "tool", onUndone }: UndoButtonProps) {
  const left = useSecondsUntil(contact.undoUntil ?? 0);
  const [isBusy, setBusy] = useState(false);
  if (contact.undoUntil === null || left === 0) return null;
  const undo = () => {
    setBusy(true);
    touches
      .undo(contact)
      .then(onUndone, (error: unknown) => notify(problemText(error)))
      .finally(() => setBusy(false));
  };
  return (
    <button type="button" class={look} disabled={isBusy} onClick={undo}>
      <TapIcon name="undo" />
      <span>
        Undo<span class="unseen"> the tap with {contact.name}</span>{" "}
        <span class="tap-time">{clockText(left)}</span>
      </span>
    </button>
  );
}
