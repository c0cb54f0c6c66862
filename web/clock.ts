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

/** The value once it has not changed for a while. */
export function useSettled<Value>(value: Value, pauseMs: number): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(() => value), pauseMs);
    return () => clearTimeout(timer);
  }, [value, pauseMs]);
  return settled;
}

export function clockText(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const DAY_AND_TIME = new Intl.DateTimeFormat(undefined, { dateStyle: "long", timeStyle: "short" });

const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });

/** The hour alone of what was today. */
export function momentText(at: number): string {
  const isToday = new Date(at).toDateString() === new Date().toDateString();
  return isToday ? `at ${TIME.format(at)}` : `on ${DAY.format(at)} at ${TIME.format(at)}`;
}

export function dayText(at: number): string {
  return DAY.format(at);
}

export function dayAndTimeText(at: number): string {
  return DAY_AND_TIME.format(at);
}
