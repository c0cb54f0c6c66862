// A real server in its own process group: what `npm start` runs, to be used and killed by tests.
// It is up when it says so, and gone when its port refuses; nothing outlives the test process.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface ServerProcess {
  url: string;
  pid: number;
  stateDir: string;
  /** Kills the whole process group with SIGKILL; resolves once the port refuses connections. */
  kill9(): Promise<void>;
  /** Ends the server as Ctrl-C does. */
  stop(): Promise<void>;
  /** Every line that reached this process so far; a line comes a little after its response. */
  logText(): string;
}

const START_SCRIPT = join(import.meta.dirname, "../../scripts/start.ts");

/** Starts a server on a free port and a fresh folder; pass both of an old one to restart it. */
export async function startServer(
  options: { stateDir?: string; port?: number } = {},
): Promise<ServerProcess> {
  const stateDir = options.stateDir ?? mkdtempSync(join(tmpdir(), "server-"));
  const args = [START_SCRIPT, "--port", String(options.port ?? 0), "--state", stateDir];
  const child = spawn(process.execPath, args, {
    detached: true, // leads a process group of its own
    stdio: ["ignore", "pipe", "pipe"],
  });
  const pid = child.pid!;
  const killGroup = (): void => {
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // already gone
    }
  };
  endOnSignal();
  process.once("exit", killGroup);
  const exited = once(child, "exit").finally(() => process.off("exit", killGroup));

  let log = "";
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: string): void => {
      log += chunk;
      const greeting = /serves on (http:\S+)/.exec(log);
      if (greeting !== null) resolve(greeting[1]!);
    };
    child.stdout.setEncoding("utf8").on("data", read);
    child.stderr.setEncoding("utf8").on("data", read);
    child.once("close", (code) => reject(new Error(`the server ended with ${code}:\n${log}`)));
  });

  return {
    url,
    pid,
    stateDir,
    async kill9() {
      killGroup();
      await exited;
      await refusal(Number(new URL(url).port));
    },
    async stop() {
      child.kill("SIGTERM");
      await exited;
    },
    logText: () => log,
  };
}

/** The test runner ends its processes by SIGTERM, which by itself runs no exit handler. */
function endOnSignal(): void {
  if (process.listenerCount("SIGTERM", exit) === 0) process.on("SIGTERM", exit);
}

const exit = (): never => process.exit(143);

async function refusal(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    const accepted = await new Promise((resolve) => {
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    });
    socket.destroy();
    if (!accepted) return;
  }
}
