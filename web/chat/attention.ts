// Whether somebody looks at this page: it is visible, and the focus is in it. And how much of it they see.

import { useEffect, useState } from "preact/hooks";

export function isAttended(): boolean {
  return document.visibilityState === "visible" && document.hasFocus();
}

export function useAttention(): boolean {
  const [is, setIs] = useState(isAttended);
  useEffect(() => {
    const follow = () => setIs(isAttended());
    addEventListener("focus", follow);
    addEventListener("blur", follow);
    document.addEventListener("visibilitychange", follow);
    return () => {
      removeEventListener("focus", follow);
      removeEventListener("blur", follow);
      document.removeEventListener("visibilitychange", follow);
    };
  }, []);
  return is;
}

/**
 * Tells the style sheets how high the part is that a keyboard on the screen leaves free: some browsers lay
 * out as if it were not there.
 */
export function useVisibleHeight(): void {
  useEffect(() => {
    const viewport = visualViewport;
    if (viewport === null) return undefined;
    const root = document.documentElement;
    const follow = () => {
      const isCovered = viewport.scale === 1 && innerHeight - viewport.height > 1;
      if (isCovered) root.style.setProperty("--viewport", `${viewport.height}px`);
      else root.style.removeProperty("--viewport");
      if (isCovered) scrollTo(0, 0);
    };
    viewport.addEventListener("resize", follow);
    return () => {
      viewport.removeEventListener("resize", follow);
      root.style.removeProperty("--viewport");
    };
  }, []);
}
