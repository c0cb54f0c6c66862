// Where the talk stands on screen: at its end while one is there, at its place otherwise, whatever is added or taken
// away above and below.

import type { RefObject } from "preact";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

const NEAR_END_PX = 60;

interface Following {
  readonly scroller: RefObject<HTMLDivElement | null>;
  /** What was the last when one went away from the end; null at the end. */
  readonly leftAt: string | null;
  readonly toEnd: () => void;
  readonly onScroll: () => void;
}

/**
 * @param first the key of the first that is drawn
 * @param last the key of the last
 * @param isOwnLast whether one has said it oneself: then it is seen
 */
export function useFollowing(first: string, last: string, isOwnLast: boolean): Following {
  const scroller = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const fromEnd = useRef(0);
  const drawn = useRef({ first, last });
  const [leftAt, setLeftAt] = useState<string | null>(null);
  const size = useRef("");
  const note = useCallback(() => {
    const box = scroller.current;
    if (box === null) return;
    size.current = `${box.clientHeight} ${box.scrollHeight}`;
    fromEnd.current = box.scrollHeight - box.scrollTop;
    isAtEnd.current = fromEnd.current - box.clientHeight < NEAR_END_PX;
    setLeftAt((before) => (isAtEnd.current ? null : (before ?? drawn.current.last)));
  }, []);
  const toEnd = useCallback(() => {
    const box = scroller.current;
    if (box !== null) box.scrollTop = box.scrollHeight;
    note();
  }, [note]);
  useLayoutEffect(() => {
    const box = scroller.current;
    if (box === null) return;
    const before = drawn.current;
    drawn.current = { first, last };
    const hasSaid = isOwnLast && last !== before.last;
    if (isAtEnd.current || hasSaid) box.scrollTop = box.scrollHeight;
    // Earlier ones were asked for: what one looks at stays where it is.
    else if (first !== before.first && last === before.last) {
      box.scrollTop = box.scrollHeight - fromEnd.current;
    }
    note();
  }, [first, last]);
  // The composer grows, a keyboard opens, strips come: the end stays in sight.
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
  }, []);
  const onScroll = useCallback(() => {
    const box = scroller.current;
    // Of a size that nobody has looked at yet: nobody has scrolled away from the end, it has moved.
    const isMoved = box !== null && size.current !== `${box.clientHeight} ${box.scrollHeight}`;
    if (!(isMoved && isAtEnd.current)) note();
  }, [note]);
  return { scroller, leftAt, toEnd, onScroll };
}
