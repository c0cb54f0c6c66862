// Questions to the person at the terminal, and lines from a pipe. Questions go to stderr, so that
// stdout holds results alone.
import { createInterface } from "node:readline/promises";
import { type Readable, Writable } from "node:stream";
import { EXIT, usageError } from "./errors.ts";
import type { Interruption } from "./interruption.ts";

const PIPED_MAX_CHARS = 4_096;
/** Far more than a message may have: what is told as its size is right up to here. */
const TEXT_READ_MAX_BYTES = 1024 * 1024;

export interface Prompt {
  /** Whether there is somebody to ask. */
  readonly interactive: boolean;
  /** Whether the standard input is a pipe or a file. */
  readonly piped: boolean;
  /** The line that was typed; null when the input ended (Ctrl-D), or when nobody waits anymore. */
  ask(question: string, options?: AskOptions): Promise<string | null>;
  /** The first line of stdin. @param what it is to hold. @throws CliError `usage` when there is none */
  firstLine(what: string): Promise<string>;
  /** All of stdin, without the line break at its end, up to a mebibyte. */
  wholeText(): Promise<string>;
}

interface AskOptions {
  /** What is typed does not appear on the screen. */
  readonly unseen?: boolean;
  /** Aborts once the answer is not needed anymore. */
  readonly until?: AbortSignal;
}

export function promptOn(
  stdin: NodeJS.ReadStream,
  stderr: NodeJS.WriteStream,
  interruption: Interruption,
): Prompt {
  return {
    interactive: stdin.isTTY === true && stderr.isTTY === true,
    piped: stdin.isTTY !== true,
    async ask(question, { unseen = false, until } = {}) {
      const output = unseen ? nowhere() : stderr;
      const lines = createInterface({
        input: stdin,
        output,
        terminal: true,
        historySize: 0,
        prompt: "", // shown after lines that were typed ahead
      });
      lines.on("SIGINT", () => {
        lines.close();
        stderr.write("\n");
        interruption.raise(EXIT.interrupted);
      });
      until?.addEventListener("abort", () => lines.close(), { once: true });
      if (until?.aborted === true) lines.close();
      // Ctrl-D closes the input; that is a refusal to answer.
      const closed = new Promise<null>((resolve) => lines.once("close", () => resolve(null)));
      if (unseen) stderr.write(question);
      const answer = await Promise.race([lines.question(unseen ? "" : question), closed]);
      lines.close();
      if (answer === null ? interruption.exitCode === null : unseen) stderr.write("\n");
      return answer;
    },
    firstLine: (what) => firstLineOf(stdin, what),
    wholeText: () => wholeTextOf(stdin),
  };
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}

async function wholeTextOf(input: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of input) {
    chunks.push(Buffer.from(chunk as Uint8Array));
    bytes += (chunk as Uint8Array).length;
    if (bytes > TEXT_READ_MAX_BYTES) break;
  }
  return Buffer.concat(chunks)
    .toString("utf8")
    .replace(/\r?\n$/, "");
}

async function firstLineOf(input: Readable, what: string): Promise<string> {
  let text = "";
  input.setEncoding("utf8");
  for await (const chunk of input) {
    text += String(chunk);
    if (text.trimStart().includes("\n") || text.length > PIPED_MAX_CHARS) break;
  }
  const line = text.trimStart().split("\n")[0]?.trim() ?? "";
  if (line === "") throw usageError(`There was no ${what} on the standard input.`);
  return line;
}
