// What a command is, and what it is given.
import type { Arguments, OptionSpecs } from "./arguments.ts";
import type { Acquaint } from "../shared/client/node.ts";
import type { Interruption } from "./interruption.ts";
import type { LineConsole } from "./lineConsole.ts";
import type { Presenter } from "./output.ts";
import type { Prompt } from "./prompt.ts";

interface OpenOptions {
  /** The name of a new account. */
  readonly name?: string;
  /** The account that a new home makes is to end soon: its recovery phrase is not told of. */
  readonly isPassing?: boolean;
  /** Brings meetings that were cut short to their end first. */
  readonly finishMeetings?: boolean;
  /** Takes back the requests among them that nobody has answered: a new one takes their place. */
  readonly dropRequests?: boolean;
}

export interface Context {
  readonly args: Arguments;
  readonly present: Presenter;
  readonly prompt: Prompt;
  readonly interruption: Interruption;
  readonly server: string;
  readonly home: string;
  /** Opens the account of this home; the first time it registers the device. */
  open(options?: OpenOptions): Promise<Acquaint>;
  /** Lines from the person, or from a pipe, while other lines come. */
  openConsole(): LineConsole;
  /** A path as the person means it: relative to where they stand. */
  readonly resolvePath: (path: string) => string;
}

export interface Command {
  /** The words that call it: `["key", "show"]`. */
  readonly path: readonly string[];
  readonly summary: string;
  /** What follows the path, as the help shows it. */
  readonly synopsis: string;
  readonly options: OptionSpecs;
  /** Paragraphs of the help, already wrapped. */
  readonly help: string;
  /** It goes on although the account turns out to have been erased. */
  readonly worksErased?: boolean;
  /** @returns the exit code */
  run(context: Context): Promise<number>;
}
