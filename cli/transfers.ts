// Files on their way: one line that rewrites itself on a terminal, nothing elsewhere.
import { type Acquaint, keyOf, type MessageRecord } from "../shared/client/node.ts";
import { sizeText } from "./fileTypes.ts";
import type { Presenter } from "./output.ts";
import { printable } from "./printable.ts";

/** Shows how far the file of a message has come, until stopped. */
export function showTransfer(
  client: Acquaint,
  present: Presenter,
  message: MessageRecord,
): () => void {
  const verb = message.author === "me" ? "Sending" : "Fetching";
  const name = printable(message.file?.name ?? "a file");
  const off = client.on((event) => {
    if (event.event !== "file" || event.progress === null) return;
    if (event.userId !== message.peer || event.message !== keyOf(message)) return;
    present.progress(`${verb} ${name}: ${transferText(event.progress)}`);
  });
  return () => {
    off();
    present.progress(null);
  };
}

/** `42 % of 4.2 MB` */
function transferText({ done, total }: { done: number; total: number }): string {
  const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
  return `${percent} % of ${sizeText(total)}`;
}
