// `ticket`: a link by which whoever reads it within a minute becomes a contact; made without any network.
import type { Acquaint, TapEvent } from "../../shared/client/node.ts";
import type { Command, Context } from "../command.ts";
import { EXIT } from "../errors.ts";
import { contactEvent } from "../events.ts";
import { introduced, named } from "../introduced.ts";
import { followTable } from "../table.ts";

/** So long before a ticket ends another one is shown, so that whoever has just read it is in time. */
const RENEW_BEFORE_MS = 10_000;

export const ticket: Command = {
  path: ["ticket"],
  summary: "show a code that makes whoever taps it a contact",
  synopsis: "[--wait | --once]",
  options: {
    wait: { type: "boolean", text: "stay and show a new one in time, as at a terminal" },
    once: { type: "boolean", text: "stay until somebody has tapped" },
  },
  help: `
Prints a link, and at a terminal its QR code, that is good for a minute and once.
The other scans or opens it, or runs acquaint tap URL, and you are in contact. It
needs no network to make one; this device must have been online within a day.

At a terminal it stays, tells who has tapped, and shows a new ticket in time, until
Ctrl-C. In scripts it prints one ticket and ends, unless --wait or --once is given.

Whoever taps has read your code, so they know you. You know them by the server's
word until you tap back, or compare a safety phrase (acquaint contacts verify). To
take it back within ten minutes: acquaint contacts undo CONTACT

Events with --json: ticket {url, expiresAt}; while it stays also tapped {contact},
undone {userId, name} and table {…} as acquaint tap --together has it.`,
  run: showTicket,
};

async function showTicket(context: Context): Promise<number> {
  const { args, present, prompt } = context;
  const isOnce = args.flag("once");
  const isStaying = isOnce || args.flag("wait") || (!present.json && prompt.interactive);
  const client = await context.open();
  const show = async (): Promise<number> => {
    const { url, expiresAt } = await client.taps.ticket();
    present.show({ event: "ticket", url, expiresAt });
    return expiresAt;
  };
  if (!isStaying) {
    await show();
    return EXIT.success;
  }
  const news = newsOf(client);
  client.connect();
  try {
    let expiresAt = await show();
    while (context.interruption.exitCode === null) {
      const renewal = setTimeout(news.wake, expiresAt - RENEW_BEFORE_MS - Date.now());
      const event = await Promise.race([news.next(), context.interruption.over]);
      clearTimeout(renewal);
      if (context.interruption.exitCode !== null) break;
      if (event) {
        const isDone = await tell(context, client, event);
        if (isOnce && isDone) return EXIT.success;
      }
      expiresAt = await show();
    }
    return context.interruption.exitCode ?? EXIT.success;
  } finally {
    news.stop();
  }
}

/** @returns whether somebody has become a contact with it */
async function tell(context: Context, client: Acquaint, event: News): Promise<boolean> {
  const { present } = context;
  if (event.event === "table") {
    return (await followTable(context, client, event.table)) === EXIT.success;
  }
  if (event.event === "undone") {
    present.show(event);
    return false;
  }
  const introducing = introduced(client, [event.contact.userId]);
  const { event: _, ...contact } = contactEvent(await named(client, event.contact));
  present.show({ event: "tapped", contact });
  await introducing;
  return true;
}

type News = Extract<TapEvent, { event: "tapped" | "undone" | "table" }>;

/** One after another; of a table the first, since whoever follows it hears the rest. */
function newsOf(client: Acquaint) {
  const waiting: News[] = [];
  const tables = new Set<string>();
  let wake = (): void => {};
  const stop = client.on((event) => {
    if (event.event === "table") {
      if (tables.has(event.table.tapId)) return;
      tables.add(event.table.tapId);
    } else if (event.event !== "tapped" && event.event !== "undone") return;
    waiting.push(event);
    wake();
  });
  return {
    stop,
    wake: () => wake(),
    /** Undefined when it was woken without any. */
    async next(): Promise<News | undefined> {
      if (waiting.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return waiting.shift();
    },
  };
}
