// Files that are dropped on a conversation or pasted into it.

import { useEffect, useRef, useState } from "preact/hooks";

interface Dropping {
  /** Something is held above that can be dropped. */
  readonly isOver: boolean;
  readonly handlers: {
    readonly onDragEnter: (event: DragEvent) => void;
    readonly onDragLeave: (event: DragEvent) => void;
    readonly onDrop: (event: DragEvent) => void;
    readonly onPaste: (event: ClipboardEvent) => void;
  };
}

/** @param onFiles null where nothing can be sent */
export function useDropping(onFiles: ((files: readonly File[]) => void) | null): Dropping {
  const [isOver, setOver] = useState(false);
  // Each element on the way is entered before the last one is left.
  const depth = useRef(0);
  const enter = (change: 1 | -1) => {
    depth.current = Math.max(0, depth.current + change);
    setOver(depth.current > 0);
  };

  // Beside the conversation too: else the browser would leave the page to show the file.
  useEffect(() => {
    const hold = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      const isHere = event.target instanceof Element && event.target.closest(".chat") !== null;
      if (event.dataTransfer !== null && !(isHere && onFiles !== null)) {
        event.dataTransfer.dropEffect = "none";
      }
    };
    addEventListener("dragover", hold);
    addEventListener("drop", hold);
    return () => {
      removeEventListener("dragover", hold);
      removeEventListener("drop", hold);
    };
  }, [onFiles]);

  return {
    isOver: isOver && onFiles !== null,
    handlers: {
      onDragEnter: (event) => hasFiles(event) && enter(1),
      onDragLeave: (event) => hasFiles(event) && enter(-1),
      onDrop: (event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        depth.current = 0;
        setOver(false);
        const files = [...(event.dataTransfer?.files ?? [])];
        if (files.length > 0) onFiles?.(files);
      },
      onPaste: (event) => {
        const { clipboardData } = event;
        // Tables and texts bring a picture of themselves along: they are pasted as what they say.
        if (clipboardData === null || clipboardData.types.includes("text/plain")) return;
        const files = [...clipboardData.files];
        if (files.length === 0 || onFiles === null) return;
        event.preventDefault();
        onFiles(files.map(named));
      },
    },
  };
}

function hasFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes("Files") ?? false;
}

/** Pictures in the clipboard are all called the same. */
function named(file: File, index: number): File {
  const ending = /^image\.([a-z0-9]{1,5})$/i.exec(file.name)?.[1];
  if (ending === undefined) return file;
  const now = new Date();
  const parts = [now.getFullYear(), now.getMonth() + 1, now.getDate()];
  const day = parts.map((part) => String(part).padStart(2, "0")).join("-");
  const time = now.toTimeString().slice(0, 8).replaceAll(":", ".");
  const number = index === 0 ? "" : ` ${index + 1}`;
  return new File([file], `Picture ${day} ${time}${number}.${ending}`, { type: file.type });
}
