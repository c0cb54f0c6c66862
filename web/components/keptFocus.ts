// Keeps the focus near where it was when what had it goes away or cannot be pressed for a while: back to it, else to what
// has come in its place, else to what stands nearest. Whoever has pressed beside everything is left alone.

import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

/** Fields are not among them: on a phone they would bring the keyboard. */
const NEXT =
  "button:not(:disabled), a[href], input:is([type=checkbox], [type=radio]):not(:disabled), [tabindex='0']";
/** A view that has come instead takes the focus itself, once it is drawn. */
const DRAWN_MS = 120;

/** For the element around all of it, which stays. */
export function useKeptFocus(element: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const place = element.current!;
    let last: HTMLElement | null = null;
    let near: readonly Element[] = [];
    let isGone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const entered = ({ target }: FocusEvent) => {
      last = target as HTMLElement;
      near = around(last, place);
      isGone = false;
    };
    const pressed = () => {
      if (isLost()) last = null;
    };
    const goOn = () => {
      timer = undefined;
      if (last === null || !isLost() || isShutOff(place)) return;
      if (last.isConnected) return last.focus({ preventScroll: true });
      const next = nextOf(near) ?? place.querySelector<HTMLElement>(".heading");
      last = null;
      next?.focus({ preventScroll: true });
    };
    const observer = new MutationObserver(() => {
      // From when it goes, whatever has been waited for before.
      if (last?.isConnected === false && !isGone) {
        isGone = true;
        clearTimeout(timer);
        timer = undefined;
      }
      timer ??= setTimeout(goOn, DRAWN_MS);
    });
    place.addEventListener("focusin", entered);
    place.addEventListener("click", pressed, true);
    observer.observe(place, { childList: true, subtree: true, attributeFilter: ["disabled"] });
    return () => {
      clearTimeout(timer);
      place.removeEventListener("focusin", entered);
      place.removeEventListener("click", pressed, true);
      observer.disconnect();
    };
  }, []);
}

/** The nearest first: beside it, around it, beside that, and so on. */
function around(from: Element, place: Element): readonly Element[] {
  const found: (Element | null)[] = [];
  for (let one: Element | null = from; one !== null && one !== place; one = one.parentElement) {
    found.push(one.nextElementSibling, one.previousElementSibling);
    if (one.parentElement !== place) found.push(one.parentElement);
  }
  return found.filter((one) => one !== null);
}

function nextOf(near: readonly Element[]): HTMLElement | null {
  for (const one of near) {
    if (!one.isConnected) continue;
    const next = one.matches(NEXT) ? one : one.querySelector(NEXT);
    if (next !== null) return next as HTMLElement;
  }
  return null;
}

function isLost(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}

/** By a sheet above it. */
function isShutOff(place: Element): boolean {
  const top = [...document.querySelectorAll("dialog:modal")].at(-1);
  return top !== undefined && !top.contains(place);
}
