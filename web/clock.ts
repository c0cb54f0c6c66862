// The time as views show it: seconds that pass, and dates in the reader's own manner.

import { useEffect, useState } from "preact/hooks";

/** Seconds left until a moment on this device's clock; re-renders as they pass, 0 once it is over. */
export function useSecondsUntil(at: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => {
      setNow(Date.now());
      if (Date.now() >= at) clearInterval(timer);
    }, 250);
    return () => clearInterval(timer);
  }, [at]);
  return Math.max(0, Math.ceil((at - now) / 1000));
}

export function clockText(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const DAY_AND_TIME = new Intl.DateTimeFormat(undefined, { dateStyle: "long", timeStyle: "short" });

export function dayText(at: number): string {
  return DAY.format(at);
}

export function dayAndTimeText(at: number): string {
  return DAY_AND_TIME.format(at);
}
