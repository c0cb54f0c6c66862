// The command line: global options anywhere, then the words of a command, then what belongs to it.
// Anything that is not known is refused before a file is read or a byte is sent.
import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import type { Command } from "./command.ts";
import { usageError } from "./errors.ts";
import { nearest } from "./nearest.ts";

interface OptionSpec {
  readonly type: "string" | "boolean";
  readonly short?: string;
  /** How the help calls the value. */
  readonly value?: string;
  readonly text: string;
}
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

export const GLOBAL_OPTIONS: OptionSpecs = {
  server: {
    type: "string",
    value: "URL",
    text: "the server (ACQUAINT_SERVER; default http://127.0.0.1:8787)",
  },
  home: {
    type: "string",
    value: "DIR",
    text: "keys and contacts of this device (ACQUAINT_HOME; default ~/.acquaint)",
  },
  json: { type: "boolean", text: "one event a line on stdout, for scripts" },
  help: { type: "boolean", short: "h", text: "this help; after a command, the command's" },
  version: { type: "boolean", text: "the version of this program" },
};

const FEW_COMMANDS = 3;

export interface Arguments {
  readonly positionals: readonly string[];
  text(name: string): string | undefined;
  flag(name: string): boolean;
}

export interface CommandLine {
  /** The words before any option was needed to understand them. */
  readonly command: Command | null;
  /** The commands that the words could begin, when they are none as a whole. */
  readonly candidates: readonly Command[];
  readonly words: readonly string[];
  readonly args: Arguments;
}

/** Whether errors of parsing itself are to be told as JSON. */
export function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return (end === -1 ? args : args.slice(0, end)).includes("--json");
}

/** @throws CliError `usage` on an unknown option, a missing value, an unknown command */
export function parseCommandLine(
  args: readonly string[],
  commands: readonly Command[],
): CommandLine {
  const words = wordsOf(args, commands);
  const spoken = words.map((word) => word.text);
  const asksHelp = spoken[0] === "help";
  const named = asksHelp ? spoken.slice(1) : spoken;
  const command = commandOf(named, commands);
  const used = (asksHelp ? 1 : 0) + (command?.path.length ?? 0);
  const wordIndexes = new Set(words.slice(0, used).map((word) => word.index));
  const rest = args.filter((_, index) => !wordIndexes.has(index));
  const parsed = parseStrictly(rest, { ...GLOBAL_OPTIONS, ...command?.options });
  const values = asksHelp ? { ...parsed.values, help: true } : parsed.values;
  return {
    command,
    candidates: commands.filter(({ path }) => path[0] === named[0]),
    words: named,
    args: argumentsOf(values, parsed.positionals),
  };
}

/** What to say about words that call no command. */
export function unknownCommand(line: CommandLine, commands: readonly Command[]): Error {
  const [first = "", second = ""] = line.words;
  if (line.candidates.length > 0) {
    return usageError(whichOf(first, second, line.candidates), `acquaint ${first} --help`);
  }
  const meant = nearest(first, [...new Set(commands.map(({ path }) => path[0] ?? ""))]);
  const question = meant === null ? "" : ` Did you mean ${meant}?`;
  return usageError(`There is no command “${first}”.${question}`, "acquaint --help lists them");
}

/** All of a few are named as a whole; of many, what was meant by a typo, or what may follow. */
function whichOf(first: string, second: string, candidates: readonly Command[]): string {
  const said = second === "" ? `What about the ${first}?` : `There is no “${first} ${second}”.`;
  if (candidates.length <= FEW_COMMANDS) {
    return `${said} Say ${candidates.map(({ path }) => path.join(" ")).join(" or ")}.`;
  }
  const choices = candidates.map(({ path }) => path.slice(1).join(" "));
  const meant = nearest(second, choices);
  if (meant !== null) return `${said} Did you mean ${first} ${meant}?`;
  return `${said} Say ${first} and one of: ${choices.join(", ")}.`;
}

interface Word {
  readonly text: string;
  readonly index: number;
}

/** The positional arguments, found with every command's options at once, since none is known yet. */
function wordsOf(args: readonly string[], commands: readonly Command[]): Word[] {
  const every = Object.assign({}, GLOBAL_OPTIONS, ...commands.map(({ options }) => options));
  const { tokens } = parseArgs({
    args: args.map(shielded),
    options: configOf(every),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  return tokens.flatMap((token) =>
    token.kind === "positional" ? [{ text: token.value, index: token.index }] : [],
  );
}

function commandOf(words: readonly string[], commands: readonly Command[]): Command | null {
  const fitting = commands.filter(({ path }) => path.every((word, at) => words[at] === word));
  return fitting.sort((a, b) => b.path.length - a.path.length)[0] ?? null;
}

interface Parsed {
  readonly values: Readonly<Record<string, unknown>>;
  readonly positionals: readonly string[];
}

function parseStrictly(args: readonly string[], options: OptionSpecs): Parsed {
  try {
    const { values, positionals } = parseArgs({
      args: args.map(shielded),
      options: configOf(options),
      strict: true,
      allowPositionals: true,
    });
    const bared = Object.entries(values).map(([name, value]) => [name, bare(value)]);
    return { values: Object.fromEntries(bared), positionals: positionals.map(bare) };
  } catch (error) {
    throw usageError(faultOf(error, Object.keys(options)), "acquaint --help");
  }
}

/** Ids of 8 or 16 bytes are 11 or 22 letters, of which the first may be hyphens; no option looks so. */
const HYPHENATED_ID = /^(?:-(?!-)(?:[\w-]{10}|[\w-]{21})|--(?=.*[A-Z0-9_])(?:[\w-]{9}|[\w-]{20}))$/;
const SHIELD = "\u0001";

/** Such an id is no option. */
function shielded(argument: string): string {
  return HYPHENATED_ID.test(argument) ? SHIELD + argument : argument;
}

function bare<Value>(value: Value): Value {
  const isShielded = typeof value === "string" && value.startsWith(`${SHIELD}-`);
  return isShielded ? (value.slice(SHIELD.length) as Value) : value;
}

function faultOf(error: unknown, known: readonly string[]): string {
  const { message, code } = error as Error & { code?: string };
  const [option] = /--?[^\s'.<]+/.exec(message) ?? [];
  if (option === undefined) return message;
  if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") {
    const meant = nearest(option.replace(/^-+/, ""), known);
    return `There is no option ${option} here.${meant === null ? "" : ` Did you mean --${meant}?`}`;
  }
  const takesNone = message.includes("does not take");
  if (takesNone) return `${option} takes no value.`;
  const hasDash = message.includes("ambiguous");
  return `${option} needs a value after it${hasDash ? `; one that begins with - goes as ${option}=VALUE` : ""}.`;
}

function configOf(options: OptionSpecs): ParseArgsOptionsConfig {
  return Object.fromEntries(
    Object.entries(options).map(([name, { type, short }]) => [
      name,
      short === undefined ? { type } : { type, short },
    ]),
  );
}

function argumentsOf(values: Parsed["values"], positionals: readonly string[]): Arguments {
  return {
    positionals,
    text(name) {
      const value = values[name];
      return typeof value === "string" ? value : undefined;
    },
    flag: (name) => values[name] === true,
  };
}
