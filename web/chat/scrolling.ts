// Where a conversation stands on screen: at the end while one is there, at its place otherwise, whatever is
// added above or below.

import type { RefObject } from "preact";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { keyOf, type MessageRecord } from "../../shared/client/index.ts";
import type { OpenConversation } from "./conversation.ts";

const NEAR_END_PX = 60;
const NEAR_START_PX = 600;

interface Scrolling {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly isAtEnd: { readonly current: boolean };
  /** False until the messages are there, and stand where they begin. */
  readonly isPlaced: { readonly current: boolean };
  /** Drawn: there is something below. */
  readonly isAway: boolean;
  readonly toEnd: () => void;
  /** For whoever has scrolled it. */
  readonly note: () => void;
  readonly onScroll: () => void;
}

export function useScrolling(
  conversation: OpenConversation,
  messages: readonly MessageRecord[],
  hasTarget: boolean,
): Scrolling {
  const scroller = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const isPlaced = useRef(false);
  const fromEnd = useRef(0);
  const size = useRef("");
  const ends = useRef<{ first: string; last: string }>({ first: "", last: "" });
  const [isAway, setAway] = useState(false);

  const note = useCallback(() => {
    const box = scroller.current;
    if (box === null) return;
    size.current = sizeOf(box);
    fromEnd.current = box.scrollHeight - box.scrollTop;
    isAtEnd.current = fromEnd.current - box.clientHeight < NEAR_END_PX;
    setAway(!isAtEnd.current);
    const { hasEarlier } = conversation.store.state;
    const isNearStart = isPlaced.current && box.scrollTop < NEAR_START_PX;
    if (hasEarlier && isNearStart) void conversation.loadEarlier();
  }, [conversation]);
  const toEnd = useCallback(() => {
    const box = scroller.current;
    if (box !== null) box.scrollTop = box.scrollHeight;
    note();
  }, [note]);

  useLayoutEffect(() => {
    const box = scroller.current;
    if (box === null || !conversation.store.state.isLoaded) return;
    const [first, last] = [messages[0], messages.at(-1)];
    const before = ends.current;
    ends.current = { first: first?.order ?? "", last: last === undefined ? "" : keyOf(last) };
    const isFirstTime = !isPlaced.current;
    isPlaced.current = true;
    const unread = box.querySelector<HTMLElement>('[data-kind="unread"]');
    const hasWritten = last?.author === "me" && keyOf(last) !== before.last && !isFirstTime;
    if (isFirstTime && unread !== null && !hasTarget) {
      box.scrollTop = unread.offsetTop - box.clientHeight / 4;
    } else if (isFirstTime || isAtEnd.current || hasWritten) {
      box.scrollTop = box.scrollHeight;
    } else if (ends.current.first < before.first) {
      box.scrollTop = box.scrollHeight - fromEnd.current;
    }
    note();
  }, [messages]);

  // The composer grows, a keyboard opens, banners and players come: the end stays in sight.
  useEffect(() => {
    const box = scroller.current;
    if (box === null) return undefined;
    const observer = new ResizeObserver(() => {
      if (isAtEnd.current) box.scrollTop = box.scrollHeight;
      note();
    });
    observer.observe(box);
    if (box.firstElementChild !== null) observer.observe(box.firstElementChild);
    return () => observer.disconnect();
  }, [note]);
  const onScroll = useCallback(() => {
    const box = scroller.current;
    // Of a size that nobody has looked at yet: nobody has scrolled away from the end, it has moved.
    const isMoved = box !== null && size.current !== sizeOf(box);
    if (!(isMoved && isAtEnd.current)) note();
  }, [note]);

  return { scroller, isAtEnd, isPlaced, isAway, toEnd, note, onScroll };
}

function sizeOf({ clientHeight, scrollHeight }: HTMLElement): string {
  return `${clientHeight} ${scrollHeight}`;
}
