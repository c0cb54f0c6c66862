// Saving a file of a message, with what is said of it meanwhile.

import { useEffect, useRef, useState } from "preact/hooks";
import { type FileFault, faultOf } from "./faults.ts";
import type { FileRecord } from "./fileKinds.ts";
import { saveFileOf } from "./opening.ts";

interface Saving {
  readonly isSaving: boolean;
  readonly fault: FileFault | null;
  readonly save: () => void;
  readonly cancel: () => void;
}

export function useSaving(record: FileRecord): Saving {
  const [run, setRun] = useState<AbortController | null>(null);
  const [fault, setFault] = useState<FileFault | null>(null);
  const current = useRef<AbortController | null>(null);
  const follow = (next: AbortController | null) => {
    current.current?.abort();
    current.current = next;
    setRun(next);
  };
  // What has come of it by then is kept.
  useEffect(() => () => current.current?.abort(), []);

  const save = async () => {
    const abort = new AbortController();
    setFault(null);
    follow(abort);
    try {
      await saveFileOf(record, abort.signal);
    } catch (error) {
      if (!abort.signal.aborted) setFault(faultOf(error));
    } finally {
      if (current.current === abort) follow(null);
    }
  };
  return {
    isSaving: run !== null,
    fault,
    save: () => void save(),
    cancel: () => follow(null),
  };
}
