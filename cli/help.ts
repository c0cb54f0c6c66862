// Help texts, made from the commands themselves.
import { GLOBAL_OPTIONS, type OptionSpecs } from "./arguments.ts";
import type { Command } from "./command.ts";

const SUMMARY_COLUMN = 20;
const GROUP_COLUMN = 12;
/** So many are read at once. */
const WHOLE_GROUP_MAX = 3;

/** The whole program on one screen. */
export function overview(commands: readonly Command[]): string {
  const list = commands.map(
    ({ path, summary }) => `  ${path.join(" ").padEnd(SUMMARY_COLUMN)}${summary}`,
  );
  return `acquaint: meet by a short key or a spoken passphrase, and write to each other, sealed

Usage: acquaint COMMAND [OPTIONS]

${list.join("\n")}

Options, before or after the command:
${optionLines(GLOBAL_OPTIONS)}

To meet, one of you runs "acquaint key show" and tells the key; the other runs
"acquaint key enter" and types it. Or agree on a passphrase by voice: one of you runs
"acquaint say", the other "acquaint answer". Then write: "acquaint chat NAME".

The first command in a new home makes an account on this device by itself: no e-mail,
no phone number. Its recovery phrase, twelve words that restore the account, is shown
once at a terminal; with --json, or when the output goes elsewhere, only by:
acquaint whoami --recovery-phrase

Exit codes: 0 done; 1 refused, not met, not sent; 2 not understood, nothing was sent;
130 cancelled by Ctrl-C. With --json an error is an event as well:
{"event":"error","code":…,"message":…}

"acquaint COMMAND --help" tells more about one command.
`;
}

export function helpOn(command: Command): string {
  return `${helpAlone(command)}
Global options:
${optionLines(GLOBAL_OPTIONS)}
`;
}

/** Commands that begin with the same word: all of it for a few, what there is for many. */
export function helpOnGroup(word: string, commands: readonly Command[]): string {
  const list = commands.map(
    ({ path, summary }) => `  ${path.slice(1).join(" ").padEnd(GROUP_COLUMN)}${summary}`,
  );
  const text =
    commands.length <= WHOLE_GROUP_MAX
      ? commands.map(helpAlone).join("\n")
      : `Usage: acquaint ${word} COMMAND [OPTIONS]

${list.join("\n")}

"acquaint ${word} COMMAND --help" tells more about one of them.
`;
  return `${text}
Global options:
${optionLines(GLOBAL_OPTIONS)}
`;
}

function helpAlone(command: Command): string {
  const own =
    Object.keys(command.options).length === 0
      ? ""
      : `\nOptions:\n${optionLines(command.options)}\n`;
  return `Usage: acquaint ${command.path.join(" ")} ${command.synopsis}
${command.help}
${own}`;
}

function optionLines(options: OptionSpecs): string {
  const rows = Object.entries(options).map(([name, { value, short, text }]) => {
    const spelled = `--${name}${value === undefined ? "" : ` ${value}`}`;
    return [short === undefined ? spelled : `-${short}, ${spelled}`, text] as const;
  });
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return rows.map(([left, text]) => `  ${left.padEnd(width)}${text}`).join("\n");
}
