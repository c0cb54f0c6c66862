// Reads QR codes with the camera, as a panel or as a small viewfinder within another view, or from a picture that
// the person chooses. The pictures stay on the page; the camera is off as soon as the scanner is gone.

import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../components/Icon.tsx";
import type { CameraTrouble } from "./camera.ts";
import { PictureChoice } from "./PictureChoice.tsx";
import { Sightings } from "./sightings.ts";
import { useCamera } from "./useCamera.ts";
import { useDetector, useLooking } from "./useLooking.ts";
import { Viewfinder } from "./Viewfinder.tsx";

interface ScannerProps {
  /** Called with a text that is seen; true takes it and ends the scanning, false goes on looking. */
  readonly onText: (text: string) => boolean;
  /** With it there is a button that leaves the scanner. */
  readonly onClose?: () => void;
  readonly closeLabel?: string;
  /** The name of the region. */
  readonly label?: string;
  /** Said of a code that was not taken. */
  readonly refusal?: string;
  /** It goes on after a text was taken, which is told again only once it was out of sight. */
  readonly isContinuous?: boolean;
  /** A small viewfinder that leaves the focus where it is. */
  readonly isInline?: boolean;
}

const TROUBLES: Readonly<Record<CameraTrouble, string>> = {
  denied:
    "This page may not use the camera. Allow it in the browser, beside the address of the page or in its settings; the camera then starts.",
  none: "No camera is found here. Connect one and try again.",
  inUse: "The camera is in use by another program. Close that program and try again.",
  insecure: "Browsers give the camera only to pages whose address begins with https.",
  failed: "The camera has stopped. Try again.",
};

const ADVICE = {
  off: "",
  starting: "Starting the camera…",
  on: "Hold the QR code in front of the camera.",
};
/** What was said of a code then gives way to the advice again. */
const BRIEF_MS = 4_000;

export function Scanner(props: ScannerProps) {
  const { onClose, closeLabel = "Close", label = "Scan a QR code" } = props;
  const { refusal = "This QR code is for something else." } = props;
  const { isContinuous = false, isInline = false } = props;
  const section = useRef<HTMLElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const [sightings] = useState(() => new Sightings());
  const [isDone, setDone] = useState(false);
  // Of a code in view, and of a chosen picture, which is said until there is something else to say.
  const [brief, setBrief] = useState<{ readonly text: string } | null>(null);
  const [lasting, setLasting] = useState<string | null>(null);
  const { detector, hasFailed, load } = useDetector();
  const camera = useCamera(video, !isDone && !hasFailed);

  const take = (text: string, say: (remark: string) => void): boolean => {
    const isTaken = props.onText(text);
    say(isTaken ? "The code is read." : refusal);
    if (isTaken && !isContinuous) setDone(true);
    return isTaken;
  };
  const sayBriefly = (text: string) => {
    setBrief({ text });
    setLasting(null);
  };
  const say = (text: string) => {
    setBrief(null);
    setLasting(text);
  };
  const isOn = camera.phase === "on";
  useLooking(video, isOn ? detector : null, (text, atMs) => {
    const isTaken = sightings.see(text, atMs, (news) => take(news, sayBriefly));
    return isTaken === true && !isContinuous;
  });

  useEffect(() => {
    if (!isInline) section.current?.focus({ preventScroll: true });
  }, []);
  useEffect(() => {
    if (brief === null || isDone) return;
    const timer = setTimeout(() => setBrief(null), BRIEF_MS);
    return () => clearTimeout(timer);
  }, [brief, isDone]);

  const problem = hasFailed
    ? "The part of the page that reads codes did not load. Check your connection and try again."
    : camera.trouble && TROUBLES[camera.trouble];
  const tryAgain = () => {
    // The button goes with the problem; the focus must not be lost with it.
    section.current?.focus({ preventScroll: true });
    if (hasFailed) load().catch(() => {});
    else camera.tryAgain();
  };
  const said = brief?.text ?? lasting;
  const look = isInline ? "tool" : "button quiet";
  return (
    <section ref={section} class="scanner" data-inline={isInline} aria-label={label} tabIndex={-1}>
      <Viewfinder video={video} camera={camera} isHidden={problem !== null} />
      {problem !== null && (
        <p class="remark" data-kind="warning" role="alert">
          {problem}
        </p>
      )}
      <p class="scanner-remark" role="status" data-said={said !== null}>
        {said ?? ADVICE[camera.phase]}
      </p>
      <div class="actions">
        {problem !== null && camera.trouble !== "insecure" && (
          <button type="button" class={look} onClick={tryAgain}>
            Try again
          </button>
        )}
        <PictureChoice class={look} load={load} onText={(text) => take(text, say)} onRemark={say} />
        {onClose && (
          <button type="button" class={look} onClick={onClose}>
            <Icon name="keyboard" /> {closeLabel}
          </button>
        )}
      </div>
    </section>
  );
}
