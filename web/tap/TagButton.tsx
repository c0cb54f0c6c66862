// Writes a link to an NFC tag, in browsers that can.

import { useEffect, useState } from "preact/hooks";
import { notify } from "../announcements.ts";
import { hasNfc, writeNfc } from "./nfc.ts";
import { TapIcon } from "./TapIcon.tsx";

export function TagButton({ url }: { readonly url: string }) {
  const [writing, setWriting] = useState<AbortController | null>(null);
  useEffect(() => () => writing?.abort(), [writing]);
  if (!hasNfc()) return null;
  const write = async () => {
    const control = new AbortController();
    setWriting(control);
    notify("Hold the tag against the back of this device.");
    try {
      await writeNfc(url, control.signal);
      notify("The tag is written. Touch it with another phone to try it.");
    } catch (error) {
      if (error instanceof Error && !control.signal.aborted) notify(error.message);
    } finally {
      setWriting(null);
    }
  };
  return (
    <button
      type="button"
      class="button quiet"
      aria-pressed={writing !== null}
      onClick={() => (writing === null ? void write() : setWriting(null))}
    >
      <TapIcon name="wave" /> {writing === null ? "Write to an NFC tag" : "Waiting for a tag…"}
    </button>
  );
}
