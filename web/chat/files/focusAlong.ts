// Where one button takes the place of another, the focus goes along; it is never lost with what was pressed.

import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** @param stage what is shown within the element; when it changes, something else can be pressed there */
export function useFocusAlong<Node extends HTMLElement>(stage: string): RefObject<Node | null> {
  const element = useRef<Node>(null);
  const isWithin = element.current?.contains(document.activeElement) ?? false;
  useLayoutEffect(() => {
    const root = element.current;
    if (!isWithin || root === null || root.contains(document.activeElement)) return;
    const next = root.querySelector<HTMLElement>("video, audio, button");
    (next ?? root.closest<HTMLElement>(".message"))?.focus({ preventScroll: true });
  }, [stage]);
  return element;
}
