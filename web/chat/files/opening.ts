// Opening a file of a message: what of it is here, how far its transfer has come, why it could not be opened. What
// is opened is given back to the browser when its view goes.

import { useEffect, useRef, useState } from "preact/hooks";
import {
  type FileProgress,
  type KeptFile,
  keyOf,
  type MessageRecord,
} from "../../../shared/client/index.ts";
import { notify, speak } from "../../announcements.ts";
import { saveFile } from "../../fileSaving.ts";
import { useIsOnline } from "../../online.ts";
import { session } from "../../session.ts";
import { type FileFault, faultOf } from "./faults.ts";
import { type FileRecord, shownName } from "./fileKinds.ts";

/** Longer than the pause between two events of one transfer. */
const LOOK_AGAIN_MS = 400;

export interface Opening {
  /** For an image or a player; null until it is open. */
  readonly url: string | null;
  readonly isOpening: boolean;
  readonly fault: FileFault | null;
  readonly open: () => void;
  readonly cancel: () => void;
}

/** How far an upload or a download has come; null when there is none. */
export function useTransfer(record: MessageRecord): FileProgress | null {
  const { files } = session.acquaint.messages;
  const [progress, setProgress] = useState(() => files.progressOf(record));
  useEffect(() => {
    setProgress(files.progressOf(record));
    return session.acquaint.on((event) => {
      if (event.event === "file" && isAbout(event, record)) setProgress(event.progress);
    });
  }, [record.peer, keyOf(record)]);
  // Events leave out what follows soon after, and a transfer that stops there has none that comes later.
  useEffect(() => {
    if (progress === null) return undefined;
    const timer = setTimeout(() => setProgress(files.progressOf(record)), LOOK_AGAIN_MS);
    return () => clearTimeout(timer);
  }, [progress]);
  return progress;
}

/**
 * @param wish `kept` opens it if it is on this device already, `all` loads it too, `none` leaves it, and gives
 *   back what was opened
 */
export function useOpening(record: FileRecord, wish: "none" | "kept" | "all"): Opening {
  const { files } = session.acquaint.messages;
  const isOnline = useIsOnline();
  const [url, setUrl] = useState<string | null>(null);
  const [isOpening, setOpening] = useState(false);
  const [fault, setFault] = useState<FileFault | null>(null);
  const run = useRef<AbortController | null>(null);

  const begin = async (isWhole: boolean, abort: AbortController) => {
    setFault(null);
    setOpening(isWhole);
    try {
      const { signal } = abort;
      const file = await (isWhole ? files.open(record, { signal }) : files.kept(record));
      const blob = await file?.blob();
      if (signal.aborted || blob === undefined) return;
      setUrl((before) => before ?? URL.createObjectURL(blob));
    } catch (error) {
      if (!abort.signal.aborted) setFault(faultOf(error));
    } finally {
      if (run.current === abort) {
        run.current = null;
        setOpening(false);
      }
    }
  };
  const start = (isWhole: boolean) => {
    run.current?.abort();
    run.current = new AbortController();
    void begin(isWhole, run.current);
  };
  const cancel = () => {
    run.current?.abort();
    run.current = null;
    setOpening(false);
  };

  useEffect(() => {
    if (wish !== "none") start(wish === "all");
    // Opened elsewhere in the page, or in another tab, it is here as well.
    const stop = session.acquaint.on((event) => {
      const isOver = event.event === "file" && event.progress === null && isAbout(event, record);
      if (isOver && wish !== "none" && run.current === null) start(false);
    });
    return () => {
      stop();
      cancel();
      setUrl(null);
    };
  }, [record.peer, keyOf(record), wish]);
  useEffect(() => {
    if (isOnline && fault?.isOffline && wish === "all") start(true);
  }, [isOnline]);
  useEffect(() => {
    return () => {
      if (url !== null) URL.revokeObjectURL(url);
    };
  }, [url]);

  return { url, isOpening, fault, open: () => start(true), cancel };
}

/** Loads it if need be, and hands it to the browser as bytes of no type, which it saves and never shows. */
export async function saveFileOf(record: FileRecord, signal?: AbortSignal): Promise<void> {
  const { files } = session.acquaint.messages;
  const file: KeptFile = await files.open(record, signal === undefined ? {} : { signal });
  const bytes = await file.blob();
  if (signal?.aborted) return;
  saveFile(shownName(file), new Blob([bytes], { type: "application/octet-stream" }));
  speak(`${shownName(file)} is saved.`);
}

/** The same from a menu, where there is no place to say how it goes. */
export function saveAside(record: FileRecord): void {
  saveFileOf(record).catch((error: unknown) => {
    const fault = faultOf(error);
    if (fault !== null) notify(`${shownName(record.file)} is not saved. ${fault.text}`);
  });
}

function isAbout(
  { userId, message }: { readonly userId: string; readonly message: string },
  record: MessageRecord,
): boolean {
  return userId === record.peer && message === keyOf(record);
}
