// `answer`: waits for a request to meet by a passphrase and answers it, or answers at the locator
// of someone who asks whoever enters it.
import { type IncomingRequest, isLocator } from "../../shared/client/node.ts";
import { chooseAccount } from "../accountChoice.ts";
import type { Arguments } from "../arguments.ts";
import type { Command, Context } from "../command.ts";
import { usageError } from "../errors.ts";
import {
  type Follow,
  MEETING_HELP,
  MEETING_OPTIONS,
  meetingFiles,
  openToMeet,
} from "../meeting.ts";
import {
  givenPassphrase,
  meetByPassphrase,
  PASSPHRASE_HELP,
  PASSPHRASE_OPTIONS,
  UNSEEN,
} from "../passphrase.ts";
import { answerAtTerminal, answerFirst } from "../requestAnswers.ts";
import { RequestWatch } from "../requestWatch.ts";

export const answer: Command = {
  path: ["answer"],
  summary: "wait for somebody who asks you, and answer with the passphrase",
  synopsis: "[--locator L | --from USER|HANDLE] [--passphrase P] [OPTIONS]",
  options: {
    locator: { type: "string", value: "L", text: "answer there: what acquaint say --open shows" },
    from: { type: "string", value: "WHO", text: "wait for this contact, @handle or user id alone" },
    ...PASSPHRASE_OPTIONS,
    ...MEETING_OPTIONS,
  },
  help: `
Waits until somebody asks you to meet (acquaint say --to YOU), or takes up what
waits already. At a terminal you see who asks, and answer, put it off for later,
refuse, or block them; then it goes on waiting, until one request is answered.

With --passphrase, or one from a pipe, the first request is answered without a
question. Whoever asks first then has the one guess at the passphrase, so name the
one whom you expect: --from. Ctrl-C ends the waiting, and what waits stays; once
you have answered, it cancels and tells the other side.

Who may ask you is a setting: acquaint profile --requests-from
${PASSPHRASE_HELP}
${MEETING_HELP}

Events with --json: request {sid, from, name, handle, isContact, expiresAt,
answerBy}, requestOver {sid, from, name, openedAt, outcome} for one that ended
without you (byYou: true if you have refused it, or blocked them); and of the
meeting claimed {answerBy}, connection {state}, matched, card {card, problem, file},
connected {contact} or failed {reason, advice}, as acquaint say has them.`,
  run: answerRequest,
};

async function answerRequest(context: Context): Promise<number> {
  const { args } = context;
  const locator = locatorOf(args);
  const from = args.text("from");
  if (from?.trim() === "") throw usageError("--from needs a contact, a @handle or a user id.");
  if (locator !== null && from !== undefined) {
    throw usageError("Give either --locator or --from.", "At a locator nobody is named.");
  }
  const { card, destination } = await meetingFiles(context);
  const options = card === undefined ? {} : { card };
  const given = givenPassphrase(context);
  // A pipe that ends too early is told of below, not as a fault of its own.
  given?.catch(() => {});
  const follow: Follow = { destination, again: "they ask again, and you run acquaint answer" };
  if (locator !== null) {
    const passphrase = await given;
    const client = await openToMeet(context);
    const start = (words: string) => client.enterPassphrase(locator, words, options);
    const again = "they run acquaint say --open, and you acquaint answer --locator L";
    return meetByPassphrase(context, passphrase, `Passphrase (${UNSEEN}): `, start, {
      ...follow,
      again,
    });
  }
  const client = await openToMeet(context);
  const asker = from === undefined ? null : chooseAccount(from, await client.contacts.list());
  const accepts = (request: Pick<IncomingRequest, "from" | "handle">): boolean =>
    asker === null ||
    (asker.userId ?? asker.handle) === (asker.userId === null ? request.handle : request.from);
  const watch = new RequestWatch(context, client, accepts);
  client.connect();
  const plan = { watch, client, options, follow, from: asker?.name ?? null };
  try {
    return given === null
      ? await answerAtTerminal(context, plan)
      : await answerFirst(context, plan, given);
  } finally {
    watch.stop();
  }
}

/** Null when there is none. @throws CliError `usage` */
function locatorOf(args: Arguments): string | null {
  const [extra] = args.positionals;
  const given = args.text("locator");
  if (extra !== undefined) {
    throw usageError(
      `What about ${extra}?`,
      isLocator(extra) ? `acquaint answer --locator ${extra}` : "acquaint answer --help",
    );
  }
  if (given === undefined) return null;
  const locator = given.replaceAll(/\s/g, "");
  if (isLocator(locator)) return locator;
  throw usageError(
    `${given} is no locator: three to nine digits, none of them a zero in front.`,
    /^\d+-/.test(locator) ? "That looks like a key: acquaint key enter" : undefined,
  );
}
