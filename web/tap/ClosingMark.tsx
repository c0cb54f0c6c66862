// Two circles that close before one's eyes: two people are in contact.

import { useEffect, useState } from "preact/hooks";
import { type Closeness, MeetingMark } from "../components/MeetingMark.tsx";

/** @param isNew false for those who were in contact before: then nothing moves */
export function ClosingMark({ isNew = true }: { readonly isNew?: boolean }) {
  const [closeness, setCloseness] = useState<Closeness>(isNew ? "apart" : "joined");
  useEffect(() => {
    // A frame later, so that they are seen to close.
    const frame = requestAnimationFrame(() => setCloseness("joined"));
    return () => cancelAnimationFrame(frame);
  }, []);
  return <MeetingMark closeness={closeness} />;
}
