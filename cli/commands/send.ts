// `send`: writes to a contact, or changes what was written. Done only once the server has stored it.
import {
  type Acquaint,
  CAPTION_MAX_BYTES,
  type Contact,
  ProblemError,
  TEXT_MAX_BYTES,
} from "../../shared/client/node.ts";
import type { Arguments } from "../arguments.ts";
import type { Command, Context } from "../command.ts";
import { caughtUp } from "../connectionNews.ts";
import { lookUpContact } from "../contactLookup.ts";
import { Delivery } from "../delivery.ts";
import { DURATION_FORM, lifetimeIn } from "../duration.ts";
import { CliError, EXIT, usageError } from "../errors.ts";
import { FILE_MAX, type OpenedFile, openToSend } from "../fileReading.ts";
import { changesOf, stateEvent } from "../messageEvents.ts";
import { MessageFeed } from "../messageFeed.ts";
import { LAST, messageIn } from "../messageReference.ts";
import { showTransfer } from "../transfers.ts";

const CHANGES = ["reply-to", "edit", "delete", "react"] as const;
type Change = (typeof CHANGES)[number];
const WAIT_MAX_SECONDS = 86_400;

export const send: Command = {
  path: ["send"],
  summary: "write to a contact",
  synopsis: "CONTACT [TEXT] [OPTIONS]",
  options: {
    file: { type: "string", value: "PATH", text: "send that file; TEXT is its caption" },
    "reply-to": { type: "string", value: "ID", text: "TEXT answers that message" },
    edit: { type: "string", value: "ID", text: "TEXT replaces that message, or caption, of yours" },
    delete: { type: "string", value: "ID", text: "delete that message of yours, for both of you" },
    react: {
      type: "string",
      value: "ID",
      text: 'TEXT is an emoji for that message, or "" for none',
    },
    disappear: { type: "string", value: "TIME", text: "messages disappear so long after reading" },
    wait: {
      type: "string",
      value: "SECONDS",
      text: "give up waiting for the server after so long",
    },
  },
  help: `
Sends a text of up to ${TEXT_MAX_BYTES} bytes to a contact: a name, a @handle, a user id or the
beginning of one. Without TEXT, or with -, the text is read from a pipe. Ends with
exit code 0 only once the server has stored it, sealed for the contact's devices.
Without a connection it waits for one; Ctrl-C, or --wait, leaves the message on this
device, and it goes with the next command that connects.

With --file it is a file of up to ${FILE_MAX}, sealed on this device and uploaded first;
an upload that is interrupted goes on with the next command that connects.

ID is what acquaint inbox --ids shows, or ${LAST}: the last message of yours with --edit
and --delete, else the last one of theirs.
  acquaint send Bob "See you at nine"
  acquaint send Bob --react ${LAST} 👍
  acquaint send Bob --edit ${LAST} "See you at ten"
  acquaint send Bob --file holiday.jpg "The sea"

--disappear sets the time for both of you, from now on, alone or before a text:
${DURATION_FORM}. A text that begins with - goes after --, an id that
does so as --edit=ID.

Events with --json: state {id, to, name, state} of a text, with state sent (or
delivered, read, if that was faster); else edited, deleted, reaction or timer, as
acquaint inbox has them. Errors: contact-unknown, text-too-long {bytes, max},
file-unreadable, file-too-large {bytes, max}, storage-full, disk-full,
message-unknown, not-a-contact, mailbox-full, waiting {id, to, state}, devices-forked.`,
  run: sendMessage,
};

async function sendMessage(context: Context): Promise<number> {
  const order = orderIn(context.args);
  const text = await textOf(context, order);
  const file = order.file === null ? null : await openToSend(context.resolvePath(order.file));
  const client = await context.open();
  const contact = await lookUpContact(client, order.contact);
  if (contact.blocked && !context.present.json) {
    context.present.remark(
      `You have blocked ${contact.name}: what they answer does not reach you.`,
    );
  }
  const { waitSeconds } = order;
  const delivery = new Delivery(context, { client, contact, waitSeconds });
  const sent = { context, client, contact, order, delivery, file };
  try {
    if (order.lifetimeSeconds !== null) await setTimer(sent, order.lifetimeSeconds);
    if (text !== null || file !== null || order.change === "delete") await say(sent, text ?? "");
  } catch (error) {
    const isMalformed = error instanceof ProblemError && error.code === "malformed-request";
    throw isMalformed ? usageError(error.message, "Nothing was sent.") : error;
  } finally {
    delivery.stop();
    await file?.close();
  }
  return EXIT.success;
}

interface Order {
  readonly contact: string;
  readonly text: string | undefined;
  readonly file: string | null;
  readonly change: Change | null;
  /** The id that was given with the change. */
  readonly id: string;
  readonly lifetimeSeconds: number | null;
  readonly waitSeconds: number | null;
}

interface Sent {
  readonly context: Context;
  readonly client: Acquaint;
  readonly contact: Contact;
  readonly order: Order;
  readonly delivery: Delivery;
  readonly file: OpenedFile | null;
}

/** @throws CliError `usage` */
function orderIn(args: Arguments): Order {
  const [contact, text, extra] = args.positionals;
  if (contact === undefined || contact.trim() === "") {
    throw usageError("To whom?", 'acquaint send CONTACT "TEXT"');
  }
  if (extra !== undefined) {
    throw usageError(
      `What about ${extra}? Blanks need quotes.`,
      'acquaint send "Robert B." "See you at nine"',
    );
  }
  const given = CHANGES.filter((name) => args.text(name) !== undefined);
  if (given.length > 1) throw usageError(`Give either --${given.join(" or --")}.`);
  const [change = null] = given;
  if (change === "delete" && text !== undefined) throw usageError("--delete takes no text.");
  if (change === "react" && text === undefined) {
    throw usageError("Which emoji?", `acquaint send CONTACT --react ID 👍, or "" to take it back`);
  }
  const file = args.text("file") ?? null;
  if (file !== null && change !== null && change !== "reply-to") {
    throw usageError(`--${change} takes no file.`);
  }
  const disappear = args.text("disappear");
  const lifetimeSeconds = disappear === undefined ? null : lifetimeIn(disappear.trim());
  if (disappear !== undefined && lifetimeSeconds === null) {
    throw usageError(`${disappear} is no time for --disappear.`, DURATION_FORM);
  }
  const id = change === null ? "" : (args.text(change) ?? "").trim();
  return { contact, text, file, change, id, lifetimeSeconds, waitSeconds: waitOf(args) };
}

function waitOf(args: Arguments): number | null {
  const text = args.text("wait");
  if (text === undefined) return null;
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (seconds > 0 && seconds <= WAIT_MAX_SECONDS) return seconds;
  throw usageError(`--wait is a number of seconds, up to ${WAIT_MAX_SECONDS}.`);
}

/** Null when none is needed. @throws CliError `usage`, `text-too-long` */
async function textOf({ prompt }: Context, order: Order): Promise<string | null> {
  const { text: given, change, lifetimeSeconds, file } = order;
  if (change === "react") return given ?? "";
  const needsNone = file !== null || (change === null && lifetimeSeconds !== null);
  if (change === "delete" || (given === undefined && needsNone)) return null;
  if (given === undefined && !prompt.piped) {
    throw usageError(
      "What do you want to say?",
      `acquaint send ${order.contact} "TEXT", or talk: acquaint chat ${order.contact}`,
    );
  }
  const text = given === undefined || given === "-" ? await prompt.wholeText() : given;
  if (text.trim() === "") throw usageError("There is no text; nothing was sent.");
  const bytes = Buffer.byteLength(text);
  const [max, what] =
    file === null ? [TEXT_MAX_BYTES, "a message"] : [CAPTION_MAX_BYTES, "a caption"];
  if (bytes <= max) return text;
  throw new CliError(
    "text-too-long",
    `The text has ${bytes} bytes; ${what} holds ${max}. Nothing was sent.`,
    { exitCode: EXIT.usage, details: { bytes, max } },
  );
}

async function setTimer(
  { context, client, contact, delivery }: Sent,
  seconds: number,
): Promise<void> {
  const { me, messages } = client;
  await delivery.keep(messages.setTimer(contact.userId, seconds));
  await delivery.until(messages.settled(contact.userId), null);
  const at = (await messages.conversation(contact.userId))?.timer.at ?? Date.now();
  const { userId: from, name } = me;
  context.present.show({
    event: "timer",
    from,
    name,
    byYou: true,
    to: contact.userId,
    at,
    seconds,
  });
}

async function say(
  { context, client, contact, order, delivery, file }: Sent,
  text: string,
): Promise<void> {
  const { messages } = client;
  const { userId } = contact;
  const sides = await new MessageFeed(client).sidesOf(userId);
  const { change, id } = order;
  const isAboutTheirs = change === "reply-to" || change === "react";
  // What waits at the server is later than the last message that is here.
  if (id === LAST && isAboutTheirs) await caughtUp(client);
  if (change === null || change === "reply-to") {
    const answered = change === null ? null : await messageIn(client, userId, id, ["peer", "me"]);
    const replyTo = answered && (`${answered.author}/${answered.id}` as const);
    const options = replyTo === null ? {} : { replyTo };
    const kept = await delivery.keep(
      file === null
        ? messages.send(userId, text, options)
        : messages.files.send(userId, file, { ...options, caption: text }),
    );
    const stop = file === null ? () => {} : showTransfer(client, context.present, kept);
    const stored = await delivery.until(messages.stored(kept), kept.id).finally(stop);
    context.present.show(stateEvent(stored, sides));
    return;
  }
  const before = await messageIn(client, userId, id, change === "react" ? ["peer", "me"] : ["me"]);
  await delivery.keep(
    change === "edit"
      ? messages.edit(before, text)
      : change === "delete"
        ? messages.delete(before)
        : messages.react(before, text),
  );
  await delivery.until(messages.settled(userId), before.id);
  const after = await messages.message(userId, `${before.author}/${before.id}`);
  const changes = after === null ? [] : changesOf(before, after, sides);
  for (const event of changes) if (event.event !== "state") context.present.show(event);
}
