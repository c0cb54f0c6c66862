// Lines that are typed while other lines come: what is written meanwhile stands above the line that is
// being typed, which stays whole. With a pipe there is nothing to keep whole.
import { clearScreenDown, createInterface, cursorTo, moveCursor } from "node:readline";
import type { Screen } from "./terminal.ts";
import { widthOf } from "./textWidth.ts";

export interface LineConsole {
  /** A person types here: there is a prompt, and what is typed is taken off the screen once it is entered. */
  readonly interactive: boolean;
  /** They end with Ctrl-C, Ctrl-D, the end of the pipe, or {@link close}. */
  readonly lines: AsyncIterable<string>;
  /** What stands before the line. */
  prompt(text: string): void;
  /** Told with each key what has been typed so far. */
  onKey(listener: (typed: string) => void): void;
  close(): void;
}

interface Streams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly screen: Screen;
}

const USUAL_COLUMNS = 80;

export function openConsole(streams: Streams, interactive: boolean): LineConsole {
  return interactive ? atTerminal(streams) : fromPipe(streams.stdin);
}

function fromPipe(stdin: NodeJS.ReadStream): LineConsole {
  const lines = createInterface({ input: stdin, terminal: false });
  return {
    interactive: false,
    lines: queued((push, end) => lines.on("line", push).once("close", end)),
    prompt() {},
    onKey() {},
    close: () => lines.close(),
  };
}

function atTerminal({ stdin, stdout, screen }: Streams): LineConsole {
  const lines = createInterface({ input: stdin, output: stdout, terminal: true, prompt: "> " });
  const erase = (rows: number): void => {
    cursorTo(stdout, 0);
    moveCursor(stdout, 0, -rows);
    clearScreenDown(stdout);
  };
  let isOpen = true;
  screen.above = (write) => {
    const { rows } = lines.getCursorPos();
    erase(rows);
    write();
    if (!isOpen) return;
    // The prompt goes up by the rows that it had before.
    stdout.write("\n".repeat(rows));
    lines.prompt(true);
  };
  lines.on("SIGINT", () => lines.close());
  lines.once("close", () => {
    isOpen = false;
    erase(0);
    screen.above = (write) => write();
  });
  return {
    interactive: true,
    lines: queued((push, end) => {
      lines.once("close", end).on("line", (line) => {
        const columns = stdout.columns || USUAL_COLUMNS;
        erase(Math.floor(widthOf(lines.getPrompt() + line) / columns) + 1);
        lines.prompt();
        push(line);
      });
    }),
    prompt(text) {
      if (!isOpen || text === lines.getPrompt()) return;
      const { rows } = lines.getCursorPos();
      erase(rows);
      lines.setPrompt(text);
      stdout.write("\n".repeat(rows));
      lines.prompt(true);
    },
    onKey: (listener) => void stdin.on("keypress", () => isOpen && listener(lines.line)),
    close: () => lines.close(),
  };
}

/** What comes before it is asked for waits. */
function queued(
  listen: (push: (line: string) => void, end: () => void) => void,
): AsyncIterable<string> {
  const waiting: string[] = [];
  let isOver = false;
  let wake = (): void => {};
  listen(
    (line) => {
      waiting.push(line);
      wake();
    },
    () => {
      isOver = true;
      wake();
    },
  );
  async function* taken(): AsyncGenerator<string> {
    for (;;) {
      const line = waiting.shift();
      if (line !== undefined) yield line;
      else if (isOver) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  return taken();
}
