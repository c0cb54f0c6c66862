// How much the window has room for.

import { useEffect, useState } from "preact/hooks";

/** @param query as in a style sheet */
export function useMedia(query: string): boolean {
  const [is, setIs] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const follow = () => setIs(media.matches);
    follow();
    media.addEventListener("change", follow);
    return () => media.removeEventListener("change", follow);
  }, [query]);
  return is;
}

/** A line has room for little beside its answers. */
export const NARROW = "(max-width: 39.99rem)";

/** More than a keyboard on the screen of a phone leaves free. */
const LOW_PX = 512;
const FIELDS = "textarea, input:not([type=checkbox], [type=radio])";

/** Whether one types where there is little above the keyboard: what could wait then takes a line at most. */
export function useIsCramped(): boolean {
  const [is, setIs] = useState(isCramped);
  useEffect(() => {
    const follow = () => setIs(isCramped());
    // Between two fields nothing has the focus for a moment.
    const left = () => void setTimeout(follow);
    document.addEventListener("focusin", follow);
    document.addEventListener("focusout", left);
    addEventListener("resize", follow);
    visualViewport?.addEventListener("resize", follow);
    follow();
    return () => {
      document.removeEventListener("focusin", follow);
      document.removeEventListener("focusout", left);
      removeEventListener("resize", follow);
      visualViewport?.removeEventListener("resize", follow);
    };
  }, []);
  return is;
}

function isCramped(): boolean {
  const height = visualViewport?.height ?? innerHeight;
  return height < LOW_PX && document.activeElement?.matches(FIELDS) === true;
}

/** Puts the keyboard away, and so shows what was folded. */
export function endTyping(): void {
  (document.activeElement as HTMLElement | null)?.blur();
}
