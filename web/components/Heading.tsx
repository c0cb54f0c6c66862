// The heading of a view or of a result. It takes the focus when it appears, so that keyboard and
// screen reader go on from there.

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface HeadingProps {
  readonly children: ComponentChildren;
  /** 1 for the view itself, 2 for a part that takes its place. */
  readonly level?: 1 | 2;
  /** Focus moves here again whenever this changes. */
  readonly subject?: string;
}

let isFirstView = true;

export function Heading({ children, level = 1, subject = "" }: HeadingProps) {
  const element = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // A page that has just been opened leaves the focus to the browser.
    if (!isFirstView) element.current?.focus({ preventScroll: true });
    isFirstView = false;
  }, [subject]);
  const Tag = level === 1 ? "h1" : "h2";
  return (
    <Tag ref={element} tabIndex={-1} class="heading">
      {children}
    </Tag>
  );
}
