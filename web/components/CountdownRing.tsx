// The time that is left for something, as a ring that empties. Screen readers hear it at 60, 30
// and 10 seconds, not each second.

import { useEffect, useRef } from "preact/hooks";
import { speak } from "../announcements.ts";
import { clockText } from "../clock.ts";

const RADIUS = 27;
const LENGTH = 2 * Math.PI * RADIUS;
const SPOKEN_AT_SECONDS = [60, 30, 10];
const URGENT_SECONDS = 20;

interface CountdownRingProps {
  readonly secondsLeft: number;
  readonly totalSeconds: number;
  /** False for the second of two clocks. */
  readonly isSpoken?: boolean;
}

export function CountdownRing(props: CountdownRingProps) {
  const { secondsLeft, totalSeconds, isSpoken = true } = props;
  const isNew = useRef(true);
  useEffect(() => {
    const isFirst = isNew.current;
    isNew.current = false;
    // What it begins with is no news, and would talk over what has just appeared.
    if (!isFirst && isSpoken && SPOKEN_AT_SECONDS.includes(secondsLeft)) {
      speak(secondsLeft === 60 ? "One minute left" : `${secondsLeft} seconds left`);
    }
  }, [secondsLeft, isSpoken]);
  const emptied = LENGTH * (1 - Math.min(1, secondsLeft / totalSeconds));
  return (
    <div class="ring" role="timer" data-urgent={secondsLeft <= URGENT_SECONDS}>
      <svg viewBox="0 0 64 64" aria-hidden="true">
        <circle class="ring-track" cx="32" cy="32" r={RADIUS} />
        <circle
          class="ring-left"
          cx="32"
          cy="32"
          r={RADIUS}
          stroke-dasharray={`${LENGTH}`}
          stroke-dashoffset={`${emptied}`}
        />
      </svg>
      <span class="ring-time">
        <span aria-hidden="true">{clockText(secondsLeft)}</span>
        <span class="unseen">{clockText(secondsLeft)} left</span>
      </span>
    </div>
  );
}
