// `key enter`: takes a key that was told, and meets the one who shows it. A key that cannot be one
// is refused here, before the server hears of anything.
import { readCode } from "../../shared/client/node.ts";
import type { Command, Context } from "../command.ts";
import { CliError, EXIT, usageError } from "../errors.ts";
import {
  followMeeting,
  MEETING_HELP,
  MEETING_OPTIONS,
  meetingFiles,
  openToMeet,
} from "../meeting.ts";

export const keyEnter: Command = {
  path: ["key", "enter"],
  summary: "enter a key that somebody shows you, and meet them",
  synopsis: "[CODE | -] [--card FILE] [--out FILE]",
  options: MEETING_OPTIONS,
  help: `
CODE is what they told you, in any spelling: 417-guitar-ocean, 417 guitar ocean,
417-0123456, or the link. Other users of this machine can see the arguments of
commands while they run; to keep the key from them leave CODE out, and you are
asked for it, or give - and pipe it in on the standard input.

A key takes a single try, so a word that no key can have is pointed out before
anything is sent (exit code 2). Ctrl-C cancels and tells the other side.
${MEETING_HELP}

Events with --json: claimed, connection {state}, matched, card {card, problem,
file}, connected {contact} or failed {reason, advice}.`,
  run: enterKey,
};

async function enterKey(context: Context): Promise<number> {
  const { card, destination } = await meetingFiles(context);
  const code = await codeOf(context);
  const client = await openToMeet(context);
  const starting = client.enterKey(code, card === undefined ? {} : { card });
  return followMeeting(context, starting, {
    destination,
    again: "they run acquaint key show, and you acquaint key enter",
  });
}

/** A code that can be one. @throws CliError `usage` or `invalid-key` */
async function codeOf({ args, prompt, interruption, present }: Context): Promise<string> {
  const typed = args.positionals.join(" ");
  if (typed === "-") return await checked(await prompt.firstLine("key"));
  if (typed !== "") return await checked(typed);
  if (!prompt.interactive || present.json) {
    throw usageError(
      "Which key?",
      "acquaint key enter 417-guitar-ocean, or - to read it from stdin",
    );
  }
  for (;;) {
    const answer = (await prompt.ask("Their key, like 417-guitar-ocean: "))?.trim() ?? "";
    if (interruption.exitCode !== null || answer === "") throw usageError("No key was entered.");
    const parsed = await readCode(answer);
    if (parsed.ok) return answer;
    present.remark(`${parsed.problem.message} Nothing was sent; try again.`);
  }
}

async function checked(code: string): Promise<string> {
  const parsed = await readCode(code);
  if (parsed.ok) return code;
  const { code: problem, message, ...details } = parsed.problem;
  throw new CliError("invalid-key", message, {
    exitCode: EXIT.usage,
    hint: "Nothing was sent, and the key is still good.",
    details: { problem, ...details },
  });
}
