// Taking back a file that is being uploaded, or that the server has refused. Here it is gone at once; what is on its
// way at that moment is waited for, and cleared away, by whoever uploads.

import { useMemo } from "preact/hooks";
import { keyOf, type MessageRecord } from "../../../shared/client/index.ts";
import { notify, speak } from "../../announcements.ts";
import { problemText } from "../../problems.ts";
import { session } from "../../session.ts";
import { Store, useStore } from "../../store.ts";
import { elementId } from "../rows.ts";
import { type FileRecord, shownName } from "./fileKinds.ts";

const cancelled = new Store<{ readonly ids: readonly string[] }>({ ids: [] });

/** Those that are not being taken back. */
export function useUncancelled(messages: readonly MessageRecord[]): readonly MessageRecord[] {
  const ids = useStore(cancelled, (state) => state.ids);
  return useMemo(() => {
    const isUnsent = ({ state }: MessageRecord) => state === "uploading" || state === "refused";
    return messages.filter((record) => !isUnsent(record) || !ids.includes(idOf(record)));
  }, [messages, ids]);
}

export function cancelUpload(record: FileRecord): void {
  const id = idOf(record);
  const item = document.getElementById(elementId(keyOf(record)));
  const all = [...document.querySelectorAll<HTMLElement>(".messages .message")];
  const before = all[all.findIndex((one) => one === item) - 1];
  // The pressed button goes with its message; the focus must not be lost with it.
  (before ?? document.getElementById("content"))?.focus({ preventScroll: true });
  cancelled.change({ ids: [...cancelled.state.ids, id] });
  speak(`${shownName(record.file)} is not sent.`);
  session.acquaint.messages.files.cancel(record).catch((error: unknown) => {
    cancelled.change({ ids: cancelled.state.ids.filter((other) => other !== id) });
    notify(problemText(error));
  });
}

function idOf(record: MessageRecord): string {
  return `${record.peer} ${keyOf(record)}`;
}
