// Looks for codes in the picture of the camera, again and again, and never so often that the device gets warm.

import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { loadQrDetector, type QrDetector } from "./qrDetector.ts";

/** From one look to the next. Where one takes long, twice its time is left to all else. */
const LOOKS_EVERY_MS = 125;

/** @param onSeen gets each text of each look, with the time of it; true when the looking is over */
export function useLooking(
  video: RefObject<HTMLVideoElement | null>,
  detector: QrDetector | null,
  onSeen: (text: string, atMs: number) => boolean,
): void {
  const newest = useRef(onSeen);
  newest.current = onSeen;
  useEffect(() => {
    if (detector === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isGone = false;
    const look = async () => {
      const picture = video.current;
      const beganMs = performance.now();
      const isThere = picture !== null && picture.readyState >= picture.HAVE_CURRENT_DATA;
      const texts = isThere ? await detector.look(picture).catch(() => []) : [];
      if (isGone || texts.some((text) => newest.current(text, beganMs))) return;
      const tookMs = performance.now() - beganMs;
      timer = setTimeout(() => void look(), Math.max(LOOKS_EVERY_MS - tookMs, 2 * tookMs));
    };
    void look();
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [detector]);
}

export interface DetectorInUse {
  /** Null until it is here. */
  readonly detector: QrDetector | null;
  readonly hasFailed: boolean;
  /** Tries again. @throws Error when it cannot be fetched */
  readonly load: () => Promise<QrDetector>;
}

export function useDetector(): DetectorInUse {
  const [detector, setDetector] = useState<QrDetector | null>(null);
  const [hasFailed, setFailed] = useState(false);
  const load = async () => {
    if (detector !== null) return detector;
    const loaded = await loadQrDetector();
    setDetector(loaded);
    setFailed(false);
    return loaded;
  };
  useEffect(() => void load().catch(() => setFailed(true)), []);
  return { detector, hasFailed, load };
}
