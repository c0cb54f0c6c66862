// `contacts verify`: twelve words to read to each other, which are alike exactly if both devices know the same
// keys; and the answer of whoever has compared them, kept for `contacts show`.
import {
  type Acquaint,
  type Contact,
  ForkedLogError,
  type WordListTag,
} from "../../shared/client/node.ts";
import type { Command, Context } from "../command.ts";
import { chooseContact } from "../contactChoice.ts";
import { CliError, EXIT, usageError } from "../errors.ts";
import { chosenLanguage } from "../languageChoice.ts";
import { printable } from "../printable.ts";

const USUAL_LANGUAGE: WordListTag = "en";

export const contactsVerify: Command = {
  path: ["contacts", "verify"],
  summary: "compare twelve words: whether nobody stands between you",
  synopsis: "CONTACT [--words LANG] [--heard WORDS]",
  options: {
    words: {
      type: "string",
      value: "LANG",
      text: "take the words of a language (default en); both have to take the same",
    },
    heard: {
      type: "string",
      value: "WORDS",
      text: "what they have read to you, instead of being asked",
    },
  },
  help: `
Shows the safety phrase of you and a contact: twelve words, the same on their device
exactly if both of you know the same keys and devices. Read them to each other, in
person or by voice; where you write, whoever stood between you could change them. At a
terminal you are asked whether both read the same, and contacts show tells from then on
when that was, and what has changed since.

The words change when one of you adds or removes a device, which is no alarm: compare
them once more. Without a terminal, give what you have heard with --heard.

LANG is en, es, fr, it, pt, cs, ja, ko, zh (simplified Chinese) or zt (traditional
Chinese).

Events with --json: safetyPhrase {userId, name, words, language, state, comparedAt};
with --heard, once the words are the same, compared {userId, name, state, comparedAt};
if they are not, the error words-differ (exit code 1). state is never, same or changed
since the last comparison, whose time comparedAt is, or absent. Keys that the contact
has not signed are the error forked.`,
  run: verifyContact,
};

async function verifyContact(context: Context): Promise<number> {
  const { args, present } = context;
  const reference = args.positionals.join(" ");
  if (reference === "") throw usageError("Which contact?", "acquaint contacts verify NAME");
  const tag = (await chosenLanguage(args)) ?? USUAL_LANGUAGE;
  const client = await context.open();
  const contact = chooseContact(reference, await client.contacts.list());
  const { userId, name } = contact;
  const words = await phraseWith(client, contact, tag);
  const before = await client.verification.state(userId);
  present.show({ event: "safetyPhrase", userId, name, words, language: tag, ...before });
  const isSame = await answerTo(context, contact, words);
  if (isSame === null) return EXIT.success;
  if (!isSame) throw wordsDiffer(name);
  await client.verification.confirm(userId);
  const after = await client.verification.state(userId);
  present.show({ event: "compared", userId, name, ...after });
  return EXIT.success;
}

async function phraseWith(
  { verification }: Acquaint,
  { userId, name }: Contact,
  tag: WordListTag,
): Promise<string[]> {
  try {
    return await verification.phrase(userId, tag);
  } catch (error) {
    if (!(error instanceof ForkedLogError)) throw error;
    throw new CliError(
      "forked",
      `Alarm: the keys of ${name} are not those known before, and they have not signed the change.`,
      { hint: "Nothing is sent to them. Ask them in person, and meet again." },
    );
  }
}

/** Whether both have the same words; null when that was neither told nor asked. */
async function answerTo(
  { args, prompt, present }: Context,
  { name }: Contact,
  words: readonly string[],
): Promise<boolean | null> {
  const heard = args.text("heard");
  if (heard !== undefined) return folded(heard) === folded(words.join(" "));
  if (present.json || !prompt.interactive) return null;
  const answer = (await prompt.ask("Do both read the same? [yes/no] "))?.trim() ?? "";
  if (/^y(es)?$/i.test(answer)) return true;
  if (/^no?$/i.test(answer)) return false;
  throw new CliError("declined", "Nothing was recorded.", {
    hint: `Once you have compared the words: acquaint contacts verify ${printable(name)}`,
  });
}

function wordsDiffer(name: string): CliError {
  return new CliError("words-differ", `You and ${name} do not have the same words.`, {
    hint:
      "Nothing was recorded. Compare once more, in the same language. If they still differ, " +
      "somebody may stand between you: tell no secrets, and meet again.",
  });
}

/** The letters alone: case, accents, blanks and numbers aside. */
function folded(words: string): string {
  return words
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^\p{L}]/gu, "");
}
