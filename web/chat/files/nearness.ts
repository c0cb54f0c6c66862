// Whether something in a conversation is in sight, or nearly so: only then it is loaded, and kept in memory.

import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** A height of the conversation above and below what is in sight. */
const MARGIN = "100% 0px";

export function useNearness<Node extends Element>(): readonly [RefObject<Node | null>, boolean] {
  const element = useRef<Node>(null);
  const [isNear, setNear] = useState(false);
  useEffect(() => {
    const shown = element.current;
    if (shown === null) return undefined;
    const observer = new IntersectionObserver(
      (entries) => setNear(entries.at(-1)?.isIntersecting ?? false),
      { root: shown.closest(".log"), rootMargin: MARGIN },
    );
    observer.observe(shown);
    return () => observer.disconnect();
  }, []);
  return [element, isNear];
}
