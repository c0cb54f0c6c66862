// Where the focus goes when what was pressed goes away with its question: to what asks next, else to where one speaks. It
// is moved only where it was lost that way.

import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

const NEXT = ".banner.asks button:not(:disabled), .strip-actions button:not(:disabled)";

/** For the element around the questions, which stays when the last of them goes. */
export function useAnswersFocus(): RefObject<HTMLDivElement | null> {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const place = element.current!;
    let hadFocus = false;
    const entered = ({ target }: FocusEvent) => {
      hadFocus = place.contains(target as Node);
    };
    const left = ({ target }: FocusEvent) => {
      // A button that can be pressed no more loses the focus by itself; the others by what one does.
      setTimeout(() => {
        const button = target as HTMLButtonElement;
        if (button.isConnected && !button.disabled && isLost()) hadFocus = false;
      });
    };
    const observer = new MutationObserver(() => {
      if (!hadFocus || !isLost() || place.querySelector("button:disabled") !== null) return;
      hadFocus = false;
      goOn(place);
    });
    document.addEventListener("focusin", entered);
    place.addEventListener("focusout", left);
    observer.observe(place, { childList: true, subtree: true, attributeFilter: ["disabled"] });
    return () => {
      document.removeEventListener("focusin", entered);
      place.removeEventListener("focusout", left);
      observer.disconnect();
      if (hadFocus) setTimeout(() => isLost() && goOn(document.body));
    };
  }, []);
  return element;
}

function isLost(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}

function goOn(place: HTMLElement): void {
  const sheet = document.querySelector<HTMLElement>("dialog[open]");
  const within = sheet ?? document;
  // A phone's keyboard stays away until it is wanted.
  const field = matchMedia("(pointer: coarse)").matches ? null : ".composer textarea";
  const next =
    place.querySelector<HTMLElement>(NEXT) ??
    within.querySelector<HTMLElement>(NEXT) ??
    (sheet === null && field !== null ? document.querySelector<HTMLElement>(field) : null) ??
    within.querySelector<HTMLElement>(sheet === null ? "#content" : ".heading");
  next?.focus({ preventScroll: true });
}
