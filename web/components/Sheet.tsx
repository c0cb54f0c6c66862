// A modal sheet: from the foot of a phone, in the middle of a desktop. The browser keeps the focus in
// it and gives it back afterwards; Escape puts it aside.

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { setTitle } from "../title.ts";
import { SheetTop } from "./AboveSheet.tsx";
import { Spoken } from "./Announcer.tsx";
import { useKeptFocus } from "./keptFocus.ts";

interface SheetProps {
  readonly label: string;
  readonly onEscape: () => void;
  readonly children: ComponentChildren;
}

export function Sheet({ label, onEscape, children }: SheetProps) {
  const element = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const sheet = element.current;
    sheet?.showModal();
    return () => {
      sheet?.close();
      const content = document.getElementById("content");
      if (document.activeElement === document.body) content?.focus({ preventScroll: true });
    };
  }, []);
  useKeptFocus(element);
  useLayoutEffect(() => {
    // Each step begins at its head, however far one had scrolled in the one before.
    element.current!.scrollTop = 0;
    const before = setTitle(label);
    return () => void setTitle(before);
  }, [label]);
  return (
    <dialog
      ref={element}
      class="sheet"
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        onEscape();
      }}
      // A browser may close it at the second Escape in a row, whatever the page says.
      onClose={() => {
        if (element.current?.isConnected && !element.current.open) onEscape();
      }}
    >
      <SheetTop />
      {children}
      <Spoken />
    </dialog>
  );
}
