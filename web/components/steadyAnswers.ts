// Answers keep still before they are pressed: when a question comes or goes, the others change places under the finger, so
// for a moment none of them is taken. The first one moves no other.

import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";

/** Longer than between the two clicks of a double click, and than it takes to see that something has moved. */
const STILL_MS = 600;

/** How many questions stand in each place that is shown: what comes in one moves those of another. */
const places = new Map<HTMLElement, number>();
/** Those that are not taken just now. */
const still = new Set<Element>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** @param place the element around the questions, each of them a child of it */
export function useSteadyAnswers(place: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = place.current!;
    const changed = () => {
      const before = [...places.values()].reduce((sum, count) => sum + count, 0);
      places.set(element, element.childElementCount);
      if (before > 0) keepStill();
    };
    const pressed = (event: Event) => {
      const button = (event.target as Element).closest("button");
      if (button === null || !still.has(button)) return;
      event.preventDefault();
      event.stopPropagation();
    };
    // A key that is held would answer one after the other.
    const held = (event: KeyboardEvent) => {
      if (event.repeat && event.key === "Enter") event.preventDefault();
    };
    const observer = new MutationObserver(changed);
    places.set(element, element.childElementCount);
    observer.observe(element, { childList: true });
    element.addEventListener("click", pressed, { capture: true });
    element.addEventListener("keydown", held);
    return () => {
      places.delete(element);
      observer.disconnect();
      element.removeEventListener("click", pressed, { capture: true });
      element.removeEventListener("keydown", held);
    };
  }, []);
}

function keepStill(): void {
  for (const place of places.keys()) {
    for (const button of place.querySelectorAll("button:not([aria-disabled])")) {
      button.setAttribute("aria-disabled", "true");
      still.add(button);
    }
  }
  clearTimeout(timer);
  timer = setTimeout(() => {
    for (const button of still) button.removeAttribute("aria-disabled");
    still.clear();
  }, STILL_MS);
}
