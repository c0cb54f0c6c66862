// Questions to the person at the terminal, and lines from a pipe. Questions go to stderr, so that
// stdout holds results alone.
import { createInterface } from "node:readline/promises";
import type { Readable } from "node:stream";
import { EXIT, usageError } from "./errors.ts";
import type { Interruption } from "./interruption.ts";

const PIPED_MAX_CHARS = 4_096;

export interface Prompt {
  /** Whether there is somebody to ask. */
  readonly interactive: boolean;
  ask(question: string): Promise<string>;
  /** The first line of stdin. @throws CliError `usage` when there is none */
  firstLine(): Promise<string>;
}

export function promptOn(
  stdin: NodeJS.ReadStream,
  stderr: NodeJS.WriteStream,
  interruption: Interruption,
): Prompt {
  return {
    interactive: stdin.isTTY === true && stderr.isTTY === true,
    async ask(question) {
      const lines = createInterface({ input: stdin, output: stderr });
      lines.on("SIGINT", () => {
        lines.close();
        stderr.write("\n");
        interruption.raise(EXIT.interrupted);
      });
      // Ctrl-D closes the input; that is a refusal to answer.
      const closed = new Promise<string>((resolve) => lines.once("close", () => resolve("")));
      try {
        return await Promise.race([lines.question(question), closed]);
      } finally {
        lines.close();
      }
    },
    firstLine: () => firstLineOf(stdin),
  };
}

async function firstLineOf(input: Readable): Promise<string> {
  let text = "";
  input.setEncoding("utf8");
  for await (const chunk of input) {
    text += String(chunk);
    if (text.trimStart().includes("\n") || text.length > PIPED_MAX_CHARS) break;
  }
  const line = text.trimStart().split("\n")[0]?.trim() ?? "";
  if (line === "") throw usageError("There was no key on the standard input.");
  return line;
}
