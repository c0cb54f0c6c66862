// `inbox`: what contacts have written, each message once, and with --follow what comes from then on.
import type { Acquaint, MessageRecord } from "../../shared/client/node.ts";
import type { Command, Context } from "../command.ts";
import { caughtUp, tellConnection } from "../connectionNews.ts";
import { lookUpContact } from "../contactLookup.ts";
import { CliError, EXIT, usageError } from "../errors.ts";
import { asCliError } from "../failures.ts";
import type { TalkEvent } from "../messageEvents.ts";
import { MessageFeed, type News, type Opening } from "../messageFeed.ts";
import { writeInto } from "../savedFiles.ts";
import { showTransfer } from "../transfers.ts";
import { within } from "../within.ts";

/** How long the end waits for the server to take what this device has to say. */
const SETTLE_MS = 2_000;

export const inbox: Command = {
  path: ["inbox"],
  summary: "read what contacts have written",
  synopsis: "[CONTACT] [--follow] [--all] [--peek] [--ids] [--save DIR]",
  options: {
    follow: { type: "boolean", short: "f", text: "go on with what comes, until Ctrl-C" },
    all: { type: "boolean", text: "all that this device keeps, yours and theirs" },
    peek: { type: "boolean", text: "do not mark it as read, nor tell its author" },
    save: { type: "string", value: "DIR", text: "write the files among them into that folder" },
    ids: { type: "boolean", text: "show the id of each message, for acquaint send --reply-to ID" },
  },
  help: `
Shows each message that you have not read, of one CONTACT or of all, the oldest
first, and marks it as read, which its author sees. Fetches first what waits at the
server; if that cannot be reached, it shows what is here and ends with exit code 1.
With nothing new it says nothing and ends with exit code 0.

A file is shown with its name, its size and the id for acquaint save CONTACT ID. With
--save the files of the messages that are shown are fetched at once, those of yours as
well; a name that is taken in DIR gets a number. What cannot be fetched is remarked, and
the exit code is then 1.

--follow goes on: messages as they come, and what becomes of the latest hundred of
a conversation: edits, deletions, reactions. Other commands of this home may run
meanwhile. Messages that disappear are gone from here, but not from a terminal's
history or a file.

Events with --json: message {id, from, name, to, at, text}, with file {name, type,
size} (text is then its caption), replyTo, edited, deleted, reactions, disappearsAt or
state (of yours) where there is such; with
--follow also edited {id, from, name, at, text}, deleted {id, from, name}, reaction
{id, from, name, emoji, text} with an empty emoji when it was taken back, connection
{state}, forked {userId, name}; with --follow or --all timer {from, name, seconds}
and devicesChanged {from, name, change}: added, removed or recovery.
from and to are user ids, at is in milliseconds since 1970, byYou marks what you did.
With --save also saved {id, from, file, name, type, size}, file being its path. Control
characters are left out of what others wrote.`,
  run: readInbox,
};

async function readInbox(context: Context): Promise<number> {
  const { args, present, server } = context;
  const [reference, extra] = args.positionals;
  if (extra !== undefined) {
    throw usageError(`What about ${extra}? Blanks need quotes.`, "acquaint inbox CONTACT");
  }
  const client = await context.open();
  const only = reference === undefined ? null : (await lookUpContact(client, reference)).userId;
  if (args.flag("ids")) present.showIds();
  const reading = new Reading(context, client, only);
  if (args.flag("follow")) return reading.follow();
  const isCaughtUp = await caughtUp(client);
  await reading.tellAll();
  if (isCaughtUp) {
    await reading.settle();
    return reading.hasFailed ? EXIT.failed : EXIT.success;
  }
  throw new CliError(
    "server-unreachable",
    `The server ${server} cannot be reached; what waits there is not shown.`,
    { hint: "Check the network and the address (--server URL)." },
  );
}

class Reading {
  readonly #context: Context;
  readonly #client: Acquaint;
  readonly #only: string | null;
  readonly #feed: MessageFeed;
  #work: Promise<void> = Promise.resolve();
  /** A file could not be saved. */
  hasFailed = false;

  constructor(context: Context, client: Acquaint, only: string | null) {
    this.#context = context;
    this.#client = client;
    this.#only = only;
    this.#feed = new MessageFeed(client);
  }

  /** Of several conversations, in the order in which the messages came to this device. */
  async tellAll(): Promise<void> {
    const userIds = await this.#conversations();
    const found = await Promise.all(userIds.map((userId) => this.#look(userId)));
    const news = found.flat().toSorted((a, b) => (a.record.order < b.record.order ? -1 : 1));
    await this.#tell(news);
  }

  async follow(): Promise<number> {
    const { interruption, present } = this.#context;
    const stopConnection = tellConnection(this.#client, this.#context);
    const changed = new Set<string>();
    this.#enqueue(() => this.tellAll());
    const stopEvents = this.#client.on((event) => {
      if (event.event === "forked" && this.#isWanted(event.userId)) {
        this.#enqueue(async () => {
          const { peer } = await this.#feed.sidesOf(event.userId);
          present.show({ event: "forked", ...peer });
        });
      }
      if (event.event !== "conversation" || !this.#isWanted(event.userId)) return;
      if (changed.has(event.userId)) return;
      changed.add(event.userId);
      this.#enqueue(async () => {
        changed.delete(event.userId);
        await this.#tell(await this.#look(event.userId));
      });
    });
    this.#client.connect();
    return new Promise((_, reject) => {
      this.#failed = reject;
      interruption.undoBy(async () => {
        stopConnection();
        stopEvents();
        await this.#work;
        await this.settle();
      });
    });
  }

  #failed: (error: unknown) => void = () => {};

  /** Authors are told that they were read, and what an earlier command has kept goes, if that is quick. */
  async settle(): Promise<void> {
    const { messages, contacts } = this.#client;
    const writtenTo = (await messages.conversations()).map(({ peer }) => peer);
    // New ones may not have been told name and card yet.
    const known = (await contacts.list()).map(({ userId }) => userId);
    const peers = [...new Set<string>([...writtenTo, ...known])];
    await within(SETTLE_MS, Promise.allSettled(peers.map((peer) => messages.settled(peer))));
  }

  async #conversations(): Promise<string[]> {
    const { messages } = this.#client;
    if (this.#only !== null) return [this.#only];
    const { args } = this.#context;
    const isAll = args.flag("all") || args.flag("follow");
    const found = await messages.conversations();
    return found.filter(({ unread }) => isAll || unread > 0).map(({ peer }) => peer);
  }

  #look(userId: string): Promise<News[]> {
    const opening: Opening = this.#context.args.flag("all") ? "all" : "unread";
    return this.#feed.look(userId, opening);
  }

  /** Shown first, then marked as read, so that nothing is passed over when this ends between the two. */
  async #tell(news: readonly News[]): Promise<void> {
    const last = new Map<string, string>();
    for (const { event, record } of news) {
      if (this.#isWorthTelling(event)) {
        this.#context.present.show(event);
        if (event.event === "message" && event.file !== undefined) await this.#save(record);
      }
      if (event.event === "message") last.set(record.peer, record.order);
    }
    if (this.#context.args.flag("peek")) return;
    for (const [userId, through] of last) {
      await this.#client.messages.read(userId, through);
    }
  }

  async #save(message: MessageRecord): Promise<void> {
    const { args, present, resolvePath, server } = this.#context;
    const folder = args.text("save");
    if (folder === undefined) return;
    const stop = showTransfer(this.#client, present, message);
    try {
      const kept = await this.#client.messages.files.open(message).finally(stop);
      const file = await writeInto(kept, resolvePath(folder));
      const { name, type, size } = kept;
      const { me } = this.#client;
      const from = message.author === "me" ? me.userId : message.peer;
      present.show({ event: "saved", id: message.id, from, file, name, type, size });
    } catch (error) {
      // The messages after it are shown all the same.
      this.hasFailed = true;
      present.fail(asCliError(error, server));
    }
  }

  #isWorthTelling(event: TalkEvent): boolean {
    if (event.event === "state") return false;
    const isMine = event.event === "message" && event.byYou === true;
    return !isMine || this.#context.args.flag("all");
  }

  #isWanted(userId: string): boolean {
    return this.#only === null || this.#only === userId;
  }

  #enqueue(task: () => Promise<void>): void {
    this.#work = this.#work.then(task).catch((error: unknown) => this.#failed(error));
  }
}
