// `npm start`: builds the page, starts the server, says what to try, stops cleanly on Ctrl-C.

import { relative } from "node:path";
import { parseArgs } from "node:util";
import { buildPage } from "./buildPage.ts";
import { startLocalServer } from "./localServer.ts";
import { atRoot } from "./paths.ts";
import { StartError } from "./startError.ts";

const DEFAULT_PORT = 8787;
const USAGE = `Usage: npm start -- [--port N] [--state DIR] [--host H]

  --port N     port to listen on (${DEFAULT_PORT}); 0 takes a free one
  --state DIR  folder in which the server keeps its state (.wrangler/state)
  --host H     address to listen on (127.0.0.1: this machine only)
  --help       show this`;

interface Options {
  port: number;
  stateDir: string;
  host: string;
}

function readOptions(args: readonly string[]): Options | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: "string", default: String(DEFAULT_PORT) },
      state: { type: "string", default: atRoot(".wrangler/state")[0]! },
      host: { type: "string", default: "127.0.0.1" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return "help";
  const port = Number(values.port);
  if (!/^\d{1,5}$/.test(values.port) || port > 65_535) {
    throw new StartError(`--port takes a number from 0 to 65535, not "${values.port}".`);
  }
  if (values.state === "") throw new StartError("--state takes a folder.");
  return { port, stateDir: values.state, host: values.host };
}

function greeting(url: string, { stateDir }: Options): string {
  const server = url === `http://127.0.0.1:${DEFAULT_PORT}` ? "" : ` --server ${url}`;
  return `
  Acquaint serves on ${url}   (state in ${relative(process.cwd(), stateDir) || "."}, Ctrl-C stops)

  Try it
    on the page      open ${url} in two windows: show a key in one, type it in the other
    in a terminal    npm run -s acquaint --${server} --home /tmp/alice key show
    and another      npm run -s acquaint --${server} --home /tmp/bob key enter CODE
    by a passphrase  say --open --suggest instead of key show, then answer --locator L
`;
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === "help") {
    console.log(USAGE);
    return;
  }
  await buildPage();
  const server = await startLocalServer({ ...options, onLog: (line) => console.log(line) });
  console.log(greeting(server.url, options));
  // Leaving ends workerd and frees the state folder. Miniflare's own handler would leave with 130.
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.prependListener(signal, () => process.exit(0));
  }
}

try {
  await main();
} catch (error) {
  const isBadOption = (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS") === true;
  if (isBadOption) console.error(`${(error as Error).message}\n\n${USAGE}`);
  else console.error(error instanceof StartError ? error.message : error);
  process.exit(isBadOption ? 2 : 1);
}
