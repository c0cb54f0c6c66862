// Where a log stands on screen, of messages or of what is said in a room: at its end while one is there, at its place
// otherwise, whatever is added or taken away above and below.

import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

const NEAR_END_PX = 60;

interface Log {
  /** The key of the first that is drawn. */
  readonly first: string;
  /** The key of the last. */
  readonly last: string;
  /** One has written it oneself: then it is seen. */
  readonly isOwnLast: boolean;
  /** False until it is known what is in it; left out, it is. */
  readonly isLoaded?: boolean;
  /** Where it opens, in place of its end. */
  readonly opensAt?: (box: HTMLElement) => HTMLElement | null;
  /** Told, once it has opened, whenever it stands otherwise than before. */
  readonly onMove?: (box: HTMLElement) => void;
}

interface Place {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly isAtEnd: { readonly current: boolean };
  /** What was the last when one went away from the end; null at the end. */
  readonly leftAt: string | null;
  readonly toEnd: () => void;
  /** For whoever has scrolled it. */
  readonly note: () => void;
  readonly onScroll: () => void;
}

export function useLogPlace(log: Log): Place {
  const { first, last, isOwnLast, isLoaded = true } = log;
  const scroller = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const fromEnd = useRef(0);
  const size = useRef("");
  /** Null until it has opened. */
  const drawn = useRef<Pick<Log, "first" | "last"> | null>(null);
  const latest = useRef(log);
  latest.current = log;
  const [leftAt, setLeftAt] = useState<string | null>(null);

  const note = () => {
    const box = scroller.current;
    if (box === null) return;
    size.current = sizeOf(box);
    fromEnd.current = box.scrollHeight - box.scrollTop;
    isAtEnd.current = fromEnd.current - box.clientHeight < NEAR_END_PX;
    const end = drawn.current?.last ?? "";
    setLeftAt((before) => (isAtEnd.current ? null : (before ?? end)));
    if (drawn.current !== null) latest.current.onMove?.(box);
  };
  const toEnd = () => {
    const box = scroller.current;
    if (box !== null) box.scrollTop = box.scrollHeight;
    note();
  };

  useLayoutEffect(() => {
    const box = scroller.current;
    if (box === null || !isLoaded) return;
    const before = drawn.current;
    drawn.current = { first, last };
    const opening = before === null ? log.opensAt?.(box) : null;
    const hasWritten = isOwnLast && last !== before?.last;
    if (opening) box.scrollTop = opening.offsetTop - box.clientHeight / 4;
    else if (before === null || isAtEnd.current || hasWritten) box.scrollTop = box.scrollHeight;
    // Earlier ones were asked for: what one looks at stays where it is.
    else if (first !== before.first && last === before.last) {
      box.scrollTop = box.scrollHeight - fromEnd.current;
    }
    note();
  }, [first, last, isLoaded]);

  // A composer grows, a keyboard opens, strips and players come: the end stays in sight.
  useEffect(() => {
    const box = scroller.current;
    if (box === null) return undefined;
    const observer = new ResizeObserver(() => (isAtEnd.current ? toEnd() : note()));
    observer.observe(box);
    if (box.firstElementChild !== null) observer.observe(box.firstElementChild);
    return () => observer.disconnect();
  }, []);

  const onScroll = () => {
    const box = scroller.current;
    // Of a size that nobody has looked at yet: nobody has scrolled away from the end, it has moved.
    const isMoved = box !== null && size.current !== sizeOf(box);
    if (!(isMoved && isAtEnd.current)) note();
  };
  return { scroller, isAtEnd, leftAt, toEnd, note, onScroll };
}

function sizeOf({ clientHeight, scrollHeight }: HTMLElement): string {
  return `${clientHeight} ${scrollHeight}`;
}
