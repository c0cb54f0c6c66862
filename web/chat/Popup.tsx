// What can be done with something: at the foot of a phone, beside the thing itself where there is room. The
// browser keeps the focus in it and gives it back; Escape and a press beside it close it, arrows move within.

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

interface PopupProps {
  readonly label: string;
  /** What it is about, to be placed beside. */
  readonly anchor: Element | null;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

const MARGIN_PX = 8;

export function Popup({ label, anchor, onClose, children }: PopupProps) {
  const element = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const dialog = element.current;
    if (dialog === null) return undefined;
    dialog.showModal();
    if (anchor !== null) place(dialog, anchor.getBoundingClientRect());
    return () => dialog.close();
  }, []);
  return (
    // Its keys and presses are those of what is in it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <dialog
      ref={element}
      class="popup"
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClose={() => {
        if (element.current?.isConnected && !element.current.open) onClose();
      }}
      onClick={(event) => {
        if (event.target === element.current) onClose();
      }}
      onKeyDown={(event) => moveByArrow(event, element.current)}
    >
      <div class="popup-body">{children}</div>
    </dialog>
  );
}

/** Below the anchor, or above it where there is no room; never over the edge. */
function place(dialog: HTMLDialogElement, anchor: DOMRect): void {
  const { width, height } = dialog.getBoundingClientRect();
  const isRoomBelow = anchor.bottom + MARGIN_PX + height <= innerHeight;
  const top = isRoomBelow ? anchor.bottom + 4 : anchor.top - height - 4;
  const isRight = anchor.left + anchor.width / 2 > innerWidth / 2;
  const left = isRight ? anchor.right - width : anchor.left;
  dialog.style.setProperty("--top", `${within(top, innerHeight - height)}px`);
  dialog.style.setProperty("--left", `${within(left, innerWidth - width)}px`);
}

function within(wanted: number, most: number): number {
  return Math.max(MARGIN_PX, Math.min(wanted, most - MARGIN_PX));
}

function moveByArrow(event: KeyboardEvent, dialog: HTMLDialogElement | null): void {
  const isForward = event.key === "ArrowDown" || event.key === "ArrowRight";
  if (!isForward && event.key !== "ArrowUp" && event.key !== "ArrowLeft") return;
  if (event.target instanceof HTMLInputElement || dialog === null) return;
  event.preventDefault();
  const items = [...dialog.querySelectorAll<HTMLElement>("button, a[href]")];
  const at = items.indexOf(document.activeElement as HTMLElement);
  items.at((at + (isForward ? 1 : -1)) % items.length)?.focus();
}
