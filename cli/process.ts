// All that touches the process: signals, broken pipes, the exit code.
import { EXIT } from "./errors.ts";
import { Interruption } from "./interruption.ts";
import { run } from "./run.ts";

const SIGNALS = { SIGINT: EXIT.interrupted, SIGTERM: 143, SIGHUP: 129 } as const;

/** npm passes on a Ctrl-C that the terminal has sent to all; the echo is no second one. */
const ECHO_MS = 500;

const interruption = new Interruption();
let raisedAt = Infinity;
for (const [signal, exitCode] of Object.entries(SIGNALS)) {
  process.on(signal, () => {
    if (interruption.raise(exitCode)) raisedAt = performance.now();
    else if (performance.now() - raisedAt > ECHO_MS) process.exit(exitCode);
  });
}

for (const stream of [process.stdout, process.stderr]) {
  // Whoever read the output has gone: nothing is left to tell, so what is under way is cancelled.
  stream.on("error", (error: NodeJS.ErrnoException) => {
    interruption.raise(error.code === "EPIPE" ? EXIT.brokenPipe : EXIT.failed);
  });
}

const exitCode = await run({
  args: process.argv.slice(2),
  env: process.env,
  folder: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  interruption,
});
// Sockets that are still closing keep nobody waiting; output that is still being written does.
process.stdout.write("", () => process.exit(exitCode));
