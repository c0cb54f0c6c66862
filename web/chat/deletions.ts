// Messages that are being deleted for everyone: here they are gone at once, at the other side once the time to
// undo is over, since what is deleted there cannot come back.

import { keyOf, type MessageRecord } from "../../shared/client/index.ts";
import { notify } from "../announcements.ts";
import { problemText } from "../problems.ts";
import { session } from "../session.ts";
import { Store, useStore } from "../store.ts";

const hidden = new Store<{ readonly ids: readonly string[] }>({ ids: [] });

/** Whether it is shown as deleted while that can still be undone. */
export function useIsBeingDeleted(record: MessageRecord): boolean {
  const ids = useStore(hidden, (state) => state.ids);
  return ids.includes(idOf(record));
}

export function deleteForEveryone(record: MessageRecord): void {
  const id = idOf(record);
  const show = () => hidden.change({ ids: hidden.state.ids.filter((other) => other !== id) });
  hidden.change({ ids: [...hidden.state.ids, id] });
  notify("The message is deleted for everyone.", { label: "Undo", run: show }, () => {
    session.acquaint.messages.delete(record).catch((error: unknown) => {
      show();
      notify(`The message is still there. ${problemText(error)}`);
    });
  });
}

function idOf(record: MessageRecord): string {
  return `${record.peer} ${keyOf(record)}`;
}
