// `say`: asks somebody to meet by a passphrase that both know by voice: an account, or whoever
// enters the locator. What cannot be is refused here, before the server hears of anything.
import {
  PASSPHRASE_T1_SECONDS,
  PASSPHRASE_T2_SECONDS,
  PASSPHRASE_TERM_MAX_SECONDS,
  PASSPHRASE_TERM_MIN_SECONDS,
} from "../../shared/client/node.ts";
import { chooseAccount } from "../accountChoice.ts";
import type { Arguments } from "../arguments.ts";
import type { Command, Context } from "../command.ts";
import { usageError } from "../errors.ts";
import { chosenLanguage } from "../languageChoice.ts";
import { MEETING_HELP, MEETING_OPTIONS, meetingFiles, openToMeet } from "../meeting.ts";
import {
  givenPassphrase,
  hintIfWeak,
  meetByPassphrase,
  PASSPHRASE_HELP,
  PASSPHRASE_OPTIONS,
  UNSEEN,
  suggestedPassphrase,
} from "../passphrase.ts";
import { printable } from "../printable.ts";
import { RequestWatch } from "../requestWatch.ts";

const BOUNDS = `${PASSPHRASE_TERM_MIN_SECONDS} to ${PASSPHRASE_TERM_MAX_SECONDS}`;

export const say: Command = {
  path: ["say"],
  summary: "ask somebody to meet by a passphrase that you tell them",
  synopsis: "(--to USER|HANDLE | --open) [--passphrase P | --suggest] [OPTIONS]",
  options: {
    to: { type: "string", value: "WHO", text: "a contact, a @handle or a user id" },
    open: { type: "boolean", text: "ask whoever enters the locator that is shown" },
    ...PASSPHRASE_OPTIONS,
    suggest: { type: "boolean", text: "make a passphrase of three words, and show it" },
    words: { type: "string", value: "LANG", text: "language of --suggest (default en)" },
    t1: {
      type: "string",
      value: "S",
      text: `seconds until they must have answered (default ${PASSPHRASE_T1_SECONDS})`,
    },
    t2: {
      type: "string",
      value: "S",
      text: `seconds until all must be done (default ${PASSPHRASE_T2_SECONDS})`,
    },
    ...MEETING_OPTIONS,
  },
  help: `
Agree on a passphrase by voice, then ask. They are asked for the same one, on the
server's page or by: acquaint answer. With --to the request goes to one account. A
name or the beginning of a user id names a contact; a word that fits no contact is
taken for a handle. With --open nobody is named: tell them the locator as well.

A passphrase serves once: the other has one guess at it, and if it fails, or the
meeting breaks off after they have answered, this device takes it no more. Three
unrelated words are good: --suggest. --t1 and --t2 are ${BOUNDS}, --t2 the greater.
Ctrl-C cancels and tells the other side.
${PASSPHRASE_HELP}
${MEETING_HELP}

Events with --json: passphrase {passphrase} with --suggest, asked {to, locator,
expiresAt, answerBy}, claimed {answerBy}, connection {state}, matched, card {card,
problem, file}, connected {contact} or failed {reason, advice}. Reasons: mismatch,
timedOut (also if they are offline, or do not want to hear from you), cancelled,
refused, unreachable (no such account, or its handle is hidden from you), tampered,
answeredElsewhere. Requests of others are told as by acquaint answer: request,
requestOver. A suggested passphrase is a secret: keep it out of logs.`,
  run: sayPassphrase,
};

async function sayPassphrase(context: Context): Promise<number> {
  const { to, terms } = requestOf(context.args);
  const language = await chosenLanguage(context.args);
  const suggests = suggestionWanted(context.args);
  const { card, destination } = await meetingFiles(context);
  const given = suggests ? null : await givenPassphrase(context);
  const client = await openToMeet(context, { dropRequests: true });
  const account = to === null ? null : chooseAccount(to, await client.contacts.list());
  if (given !== null) await hintIfWeak(context, given);
  const passphrase = suggests ? await suggestedPassphrase(context, language) : given;
  const asked = account?.userId ?? account?.handle ?? null;
  const watch = new RequestWatch(context, client, () => true);
  try {
    return await meetByPassphrase(
      context,
      passphrase,
      `Passphrase${account === null ? "" : ` for ${printable(account.name)}`} (${UNSEEN}): `,
      (words) =>
        client.ask({
          ...(asked !== null && { to: asked }),
          ...terms,
          ...(card !== undefined && { card }),
          passphrase: words,
        }),
      {
        destination,
        other: account?.name ?? null,
        again: to === null ? "acquaint say --open" : `acquaint say --to ${quoted(to)}`,
      },
    );
  } finally {
    watch.stop();
  }
}

interface Request {
  /** Null for whoever enters the locator. */
  readonly to: string | null;
  readonly terms: { readonly t1Seconds?: number; readonly t2Seconds?: number };
}

function requestOf(args: Arguments): Request {
  const to = args.text("to");
  const [extra] = args.positionals;
  if (extra !== undefined && to === undefined) {
    throw usageError(`Is ${extra} whom you ask?`, `acquaint say --to ${quoted(extra)}`);
  }
  if (extra !== undefined) throw usageError(`What about ${extra}? Blanks need quotes.`);
  if ((to === undefined) !== args.flag("open")) {
    throw usageError(
      to === undefined ? "Whom do you ask?" : "Give either --to or --open.",
      "acquaint say --to USER|HANDLE, or acquaint say --open for whoever enters the locator",
    );
  }
  if (to?.trim() === "") throw usageError("--to needs a contact, a @handle or a user id.");
  return { to: to ?? null, terms: termsOf(args) };
}

function termsOf(args: Arguments): Request["terms"] {
  const t1 = secondsOf(args, "t1");
  const t2 = secondsOf(args, "t2");
  const least = t1 ?? PASSPHRASE_TERM_MIN_SECONDS;
  const most = t2 ?? PASSPHRASE_TERM_MAX_SECONDS;
  if (most <= least)
    throw usageError(`--t2 must be greater than --t1; both are ${BOUNDS} seconds.`);
  return { ...(t1 !== undefined && { t1Seconds: t1 }), ...(t2 !== undefined && { t2Seconds: t2 }) };
}

function secondsOf(args: Arguments, name: "t1" | "t2"): number | undefined {
  const text = args.text(name);
  if (text === undefined) return undefined;
  const seconds = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= PASSPHRASE_TERM_MIN_SECONDS && seconds <= PASSPHRASE_TERM_MAX_SECONDS) {
    return seconds;
  }
  throw usageError(`--${name} is a whole number of seconds, ${BOUNDS}.`);
}

function suggestionWanted(args: Arguments): boolean {
  const suggests = args.flag("suggest");
  if (suggests && args.text("passphrase") !== undefined) {
    throw usageError("Give either --passphrase or --suggest.");
  }
  if (!suggests && args.text("words") !== undefined) {
    throw usageError("--words is the language of --suggest.", "acquaint say --suggest --words es");
  }
  return suggests;
}

/** As a shell takes it. */
function quoted(text: string): string {
  return /^[\w@.-]+$/.test(text) ? text : `'${printable(text).replaceAll("'", "'\\''")}'`;
}
