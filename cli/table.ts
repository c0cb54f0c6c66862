// A table of people who compare one phrase: each change of it is told, and once everyone is there, one is asked.
import type { Acquaint, Table } from "../shared/client/node.ts";
import type { Context } from "./command.ts";
import { EXIT } from "./errors.ts";
import { introduced } from "./introduced.ts";

/** @returns the exit code */
export async function followTable(
  context: Context,
  client: Acquaint,
  first: Table,
): Promise<number> {
  const { present } = context;
  const { tapId } = first;
  const answering = new AbortController();
  let isAsked = false;
  const end = new Promise<Table>((resolve) => {
    const hear = (table: Table): void => {
      if (table.tapId !== tapId) return;
      present.show({ event: "table", ...table });
      if (table.at === "comparing" && !isAsked) {
        isAsked = true;
        void answer(context, client, tapId, answering.signal);
      }
      if (table.at === "settled" || table.at === "aborted") resolve(table);
    };
    client.on((event) => event.event === "table" && hear(event.table));
    hear(first);
  });
  const { at, members } = await end;
  answering.abort();
  if (at === "aborted") return EXIT.failed;
  await introduced(
    client,
    members.filter(({ isMe }) => !isMe).map(({ userId }) => userId),
  );
  return EXIT.success;
}

async function answer(
  { prompt, present }: Context,
  client: Acquaint,
  tapId: string,
  until: AbortSignal,
): Promise<void> {
  const isAsking = !present.json && prompt.interactive;
  const question = "Do all see these words? Read them aloud. [y/N] ";
  const said = isAsking
    ? await prompt.ask(question, { until })
    : await prompt.firstLine("answer").catch(() => null);
  if (until.aborted) return;
  if (/^y(es)?$/i.test(said?.trim() ?? "")) await client.taps.confirm(tapId);
  else await client.taps.decline(tapId);
}
