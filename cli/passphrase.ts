// Where a passphrase comes from: the command line, a pipe, or the person, who types it unseen. One
// that was typed is never printed.
import { type Meeting, PassphraseError, type WordListTag } from "../shared/client/node.ts";
import type { OptionSpecs } from "./arguments.ts";
import type { Context } from "./command.ts";
import { usageError } from "./errors.ts";
import { followMeeting, type Follow } from "./meeting.ts";

export const PASSPHRASE_OPTIONS: OptionSpecs = {
  passphrase: {
    type: "string",
    value: "P",
    text: "the passphrase; better left out: then it is asked for, unseen",
  },
};

/** So that nobody takes the silence for a fault. */
export const UNSEEN = "it stays unseen";

export const PASSPHRASE_HELP = `
Without --passphrase a terminal asks for it and does not show what is typed; with
a pipe it is the first line of the standard input. What stands on a command line
stays in the shell's history, and other users of this machine can see it. Capital
letters and the number of blanks do not matter; the words and their order do.`;

/** Null when it is to be asked for. @throws CliError `usage` when there is nowhere to get it from */
export function givenPassphrase({ args, prompt }: Context): Promise<string> | null {
  const given = args.text("passphrase");
  if (given !== undefined) {
    if (given.trim() === "") throw usageError("The passphrase is empty; nothing was sent.");
    return Promise.resolve(given);
  }
  if (prompt.interactive) return null;
  if (prompt.piped) return prompt.firstLine("passphrase");
  throw usageError("Which passphrase?", "Nobody can be asked here: pipe it in.");
}

/** Starts a meeting with the passphrase; one that was typed and cannot serve is asked for again. */
export async function meetByPassphrase(
  context: Context,
  given: string | null,
  question: string,
  start: (passphrase: string) => Promise<Meeting>,
  follow: Follow,
): Promise<number> {
  if (given !== null) return followMeeting(context, start(given), follow);
  for (;;) {
    const typed = (await context.prompt.ask(question, { unseen: true }))?.trim() ?? "";
    if (typed === "") throw usageError("No passphrase was entered; nothing was sent.");
    await hintIfWeak(context, typed);
    try {
      return await followMeeting(context, start(typed), follow);
    } catch (error) {
      if (!(error instanceof PassphraseError)) throw error;
      context.present.remark(`${error.message} Nothing was sent; try again.`);
    }
  }
}

/** For people, who may still choose another one. */
export async function hintIfWeak({ present }: Context, passphrase: string): Promise<void> {
  if (present.json) return;
  const { loadPassphrases } = await import("../shared/client/passphrases.ts");
  const { level, hint } = (await loadPassphrases()).strength(passphrase);
  if (level === "weak") present.remark(hint);
}

/** A new one, shown: whoever asks for it is to say it aloud. */
export async function suggestedPassphrase(
  { present }: Context,
  language: WordListTag | undefined,
): Promise<string> {
  const { loadPassphrases } = await import("../shared/client/passphrases.ts");
  const passphrase = (await loadPassphrases(language)).suggest();
  present.show({ event: "passphrase", passphrase });
  return passphrase;
}
