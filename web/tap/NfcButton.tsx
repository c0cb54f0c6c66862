// Turns reading by NFC on and off, in browsers that have it.

import { useEffect, useRef, useState } from "preact/hooks";
import { notify, speak } from "../announcements.ts";
import { hasNfc, readNfc } from "./nfc.ts";
import { TapIcon } from "./TapIcon.tsx";

interface NfcButtonProps {
  readonly onText: (text: string) => boolean;
}

export function NfcButton({ onText }: NfcButtonProps) {
  const [reading, setReading] = useState<AbortController | null>(null);
  const newest = useRef(onText);
  newest.current = onText;
  useEffect(() => () => reading?.abort(), [reading]);
  if (!hasNfc()) return null;
  const start = async () => {
    const control = new AbortController();
    setReading(control);
    const take = (url: string) => {
      if (!newest.current(url)) notify("What was touched has nothing to do with this page.");
    };
    try {
      await readNfc(take, control.signal);
      speak("NFC is on. Hold the devices together.");
    } catch (error) {
      setReading(null);
      if (error instanceof Error) notify(error.message);
    }
  };
  return (
    <button
      type="button"
      class="tool"
      aria-pressed={reading !== null}
      onClick={() => (reading === null ? void start() : setReading(null))}
    >
      <TapIcon name="wave" /> {reading === null ? "Use NFC" : "NFC is on"}
    </button>
  );
}
