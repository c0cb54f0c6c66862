// The real client on a pseudo-terminal, which script(1) makes: what a person sees and types.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { CLI_FILE } from "../../scripts/paths.ts";

const SCRIPT = "/usr/bin/script";

export interface TerminalProcess {
  /** Resolves once the text stands after all that was waited for before. Rejects when the process ends first. */
  shows(text: string | RegExp): Promise<string>;
  /** Types a line, with Enter. */
  enter(line: string): void;
  /** Types as it is: `\u0003` is Ctrl-C, `\u0004` Ctrl-D. */
  press(keys: string): void;
  /** All that the screen has got so far. */
  readonly text: string;
  ended: Promise<number | null>;
}

export function onTerminal(args: readonly string[]): TerminalProcess {
  const command = [process.execPath, CLI_FILE, ...args];
  const child = spawn(SCRIPT, scriptArguments(command), {
    env: { ...process.env, TERM: "xterm", LANG: "C.UTF-8", NO_COLOR: "1" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const stop = (): void => void child.kill("SIGKILL");
  process.once("exit", stop);
  let text = "";
  let seen = 0;
  let isOver = false;
  let wake: () => void = () => {};
  child.stdin.on("error", () => {});
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    wake();
  });
  const ended = once(child, "close").then(([code]) => {
    isOver = true;
    process.off("exit", stop);
    wake();
    return code as number | null;
  });
  return {
    async shows(what) {
      for (;;) {
        const rest = text.slice(seen);
        const found =
          typeof what === "string" ? (rest.includes(what) ? what : null) : what.exec(rest);
        if (found !== null) {
          const match = typeof found === "string" ? found : found[0];
          seen += rest.indexOf(match) + match.length;
          return match;
        }
        if (isOver) throw new Error(`ended without ${what}:\n${text}`);
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    enter: (line) => void child.stdin.write(`${line}\r`),
    press: (keys) => void child.stdin.write(keys),
    get text() {
      return text;
    },
    ended,
  };
}

/** The terminal echoes what is typed unless the client forbids it. Linux and macOS have two programs of that name; both pass on the exit code. */
function scriptArguments(command: readonly string[]): string[] {
  if (process.platform === "darwin") return ["-q", "/dev/null", ...command];
  const line = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  return ["--quiet", "--flush", "--return", "--echo", "always", "--command", line, "/dev/null"];
}
