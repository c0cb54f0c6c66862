// The real client, bundled as it is installed, in its own process, with a home of its own. What it writes is
// read as it comes; nothing waits longer than for the line that it needs.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { CLI_FILE } from "../../scripts/paths.ts";
import { onTerminal, type TerminalProcess } from "./terminal.ts";

export type Event = Record<string, unknown> & { event: string };

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
  /** Every line of stdout, which has to be JSON. */
  events: Event[];
}

export interface Running {
  /** The first event of that name, as soon as it is there. Rejects when the process ends first. */
  event(name: string): Promise<Event>;
  /** The first line of stdout that the pattern fits. */
  line(pattern: RegExp): Promise<string>;
  type(text: string): void;
  signal(signal: NodeJS.Signals): void;
  closeOutput(): void;
  ended: Promise<Ended>;
}

/** A folder of its own within the one that goes when the tests end. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "acquaint-cli-"));
}

export class Person {
  readonly home = join(temporaryFolder(), "home");
  readonly #server: string;

  /** With a name and a handle, if given. */
  static async named(server: string, name: string, handle?: string): Promise<Person> {
    const person = new Person(server);
    const given = handle === undefined ? [] : ["--handle", handle];
    await person.run("profile", "--name", name, ...given);
    return person;
  }

  constructor(server: string) {
    this.#server = server;
  }

  /** Starts a command with JSON output. */
  start(...args: string[]): Running {
    return startClient(["--json", ...this.#place(), ...args]);
  }

  /** Runs a command with JSON output to its end. */
  run(...args: string[]): Promise<Ended> {
    return this.start(...args).ended;
  }

  /** Runs a command as a person would, without a terminal. */
  read(...args: string[]): Promise<Ended> {
    return startClient([...this.#place(), ...args]).ended;
  }

  startReading(...args: string[]): Running {
    return startClient([...this.#place(), ...args]);
  }

  /** Starts a command on a terminal, for `shows` and `enter`. */
  sit(...args: string[]): TerminalProcess {
    return onTerminal([...this.#place(), ...args]);
  }

  #place(): string[] {
    return ["--server", this.#server, "--home", this.home];
  }
}

export function startClient(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const { FORCE_COLOR: _, ...inherited } = process.env;
  const child = spawn(process.execPath, [CLI_FILE, ...args], {
    env: { ...inherited, LANG: "C.UTF-8", ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const lines: string[] = [];
  let stderr = "";
  let over = false;
  const watchers = new Set<() => void>();
  const notify = (): void => {
    for (const watcher of watchers) watcher();
  };
  createInterface({ input: child.stdout }).on("line", (text) => {
    lines.push(text);
    notify();
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
  // A command that does not read its input may have ended before it came.
  child.stdin.on("error", () => {});
  const ended = once(child, "close").then(([code]): Ended => {
    over = true;
    notify();
    const stdout = lines.map((text) => `${text}\n`).join("");
    return {
      code: code as number | null,
      stdout,
      stderr,
      get events() {
        return lines.map((text) => JSON.parse(text) as Event);
      },
    };
  });

  async function line(fits: (line: string) => boolean, what: string): Promise<string> {
    for (;;) {
      const found = lines.find(fits);
      if (found !== undefined) return found;
      if (over) throw new Error(`ended without ${what}:\n${lines.join("\n")}\n${stderr}`);
      await new Promise<void>((resolve) => {
        const watcher = (): void => {
          watchers.delete(watcher);
          resolve();
        };
        watchers.add(watcher);
      });
    }
  }

  return {
    event: async (name) =>
      JSON.parse(await line((text) => eventName(text) === name, `event ${name}`)) as Event,
    line: (pattern) => line((text) => pattern.test(text), String(pattern)),
    type: (text) => void child.stdin.end(text),
    signal: (signal) => void child.kill(signal),
    closeOutput: () => void child.stdout.destroy(),
    ended,
  };
}

function eventName(line: string): unknown {
  return line.startsWith("{") ? (JSON.parse(line) as Event).event : null;
}
