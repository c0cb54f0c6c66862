// `npm run operator`: the platforms that open rooms for their own people, as the house takes them in and lets them go.
// Whoever runs it holds the server's secret, and shows that by a token of one minute.

import { parseArgs } from "node:util";
import type { OperatorRecord, Report, RoomInfo } from "../shared/wire/rooms.ts";
import { MIN_SECRET_CHARS } from "../workers/auth/keys.ts";
import { issueToken } from "../workers/auth/tokens.ts";
import { atRoot } from "./paths.ts";
import { StartError } from "./startError.ts";
import { storedServerSecret } from "./stateFolder.ts";

const DEFAULT_SERVER = "http://127.0.0.1:8787";
const USAGE = `Usage: npm run operator -- COMMAND [--server URL] [--state DIR]

  add NAME      take an operator in; shows its id and its API key, once
  show ID       its name, and the rooms that it has opened
  renew ID      make a new API key; the one before ends at once
  remove ID     let it go: its key ends at once, its rooms are closed
  reports ROOM  what members have reported in a room; said? is what only the reporter says

  --server URL  the server (${DEFAULT_SERVER})
  --state DIR   folder in which a server on this machine keeps its secret (.wrangler/state);
                for any other, put its secret into the environment as SERVER_SECRET
  --help        show this`;

/** A mistake of whoever typed the command. */
class UsageError extends Error {}

type Method = "GET" | "POST" | "DELETE";

/** Asks the server in the name of the house. @throws StartError when it refuses, with what to do */
type Ask = <Answer>(method: Method, path: string, body?: object) => Promise<Answer>;

function askAt(server: string, stateDir: string): Ask {
  return async <Answer>(method: Method, path: string, body?: object) => {
    const { token } = await issueToken(secretOf(stateDir), "house", {});
    const response = await fetch(new URL(path, server), {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).catch(() => {
      throw new StartError(
        `Nothing answers at ${server}. Start the server, or name it: --server URL`,
      );
    });
    if (!response.ok) throw new StartError(await refusalIn(response, server));
    return (response.status === 204 ? null : await response.json()) as Answer;
  };
}

function secretOf(stateDir: string): string {
  const given = process.env["SERVER_SECRET"];
  if (given === undefined) return storedServerSecret(stateDir);
  if (given.length >= MIN_SECRET_CHARS) return given;
  throw new StartError(
    `SERVER_SECRET is too short to be a server's: it has ${MIN_SECRET_CHARS} characters at least.`,
  );
}

async function refusalIn(response: Response, server: string): Promise<string> {
  const problem = (await response.json().catch(() => null)) as {
    code?: string;
    title?: string;
    fields?: Record<string, string>;
  } | null;
  if (problem?.code === "unauthenticated") {
    return `${server} does not take this secret. It is another server's, or the clocks of the two machines differ.`;
  }
  if (problem?.fields !== undefined) {
    const faults = Object.entries(problem.fields).map(([field, fault]) => `${field} ${fault}`);
    return `The server refuses it: ${faults.join("; ")}.`;
  }
  return `The server says: ${problem?.title ?? response.status}.`;
}

const COMMANDS: Readonly<Record<string, (ask: Ask, subject: string) => Promise<string>>> = {
  add: async (ask, name) => keyText(await ask("POST", "/v1/operators", { name })),
  show: async (ask, id) => {
    const operator = await ask<OperatorRecord>("GET", `/v1/operators/${idIn(id)}`);
    const rooms = await Promise.all(operator.rooms.map((roomId) => roomText(ask, roomId)));
    return operatorText(operator, rooms);
  },
  renew: async (ask, id) => keyText(await ask("POST", `/v1/operators/${idIn(id)}/keys`)),
  remove: async (ask, id) => {
    await ask("DELETE", `/v1/operators/${idIn(id)}`);
    return "It is let go: its key is good for nothing any more, and its rooms are being closed.";
  },
  reports: async (ask, room) => {
    const path = `/v1/rooms/${idIn(room)}/reports`;
    const { reports } = await ask<{ reports: readonly Report[] }>("GET", path);
    return reports.length === 0 ? "No reports." : reports.map(reportText).join("\n\n");
  },
};

const SUBJECTS: Readonly<Record<string, string>> = {
  add: "Give it a name.",
  show: "The id stands beside the key that add has shown.",
  renew: "The id stands beside the key that add has shown.",
  remove: "The id stands beside the key that add has shown.",
  reports: "The id of a room stands in its link.",
};

/** Of an operator or a room. */
function idIn(text: string): string {
  if (/^[a-z2-7]{16}$/.test(text)) return text;
  throw new UsageError(`An id has 16 letters and digits from 2 to 7; "${text}" has not.`);
}

function keyText({ operatorId, apiKey }: { operatorId: string; apiKey: string }): string {
  return `id   ${operatorId}
key  ${apiKey}

The key is not shown again: keep it where the platform's server keeps its secrets, and out of every page.`;
}

async function roomText(ask: Ask, roomId: string): Promise<string> {
  // One that has ended just now has no title any more.
  const info = await ask<RoomInfo>("GET", `/v1/rooms/${roomId}`).catch(() => null);
  return info === null ? roomId : `${roomId}  ${plain(info.room.title)}, ${info.occupancy} there`;
}

function operatorText(
  { operatorId, name, createdAt }: OperatorRecord,
  rooms: readonly string[],
): string {
  const since = new Date(createdAt).toISOString();
  const list = rooms.map((room) => `\n  ${room}`).join("");
  return `${plain(name)} (${operatorId}), since ${since}, rooms: ${rooms.length}${list}`;
}

function reportText({ reportId, by, userId, name, reason, note, messages, at }: Report): string {
  return [
    `${new Date(at).toISOString()}  ${reason}  ${reportId}`,
    `  about ${name === null ? userId : `${plain(name)} (${userId})`}`,
    `  by    ${by}`,
    ...(note === "" ? [] : [`  note  ${plain(note)}`]),
    ...messages.map(
      ({ text, at: saidAt, isConfirmed }) =>
        `  ${isConfirmed ? "said " : "said?"} ${new Date(saidAt).toISOString()} ${plain(text)}`,
    ),
  ].join("\n");
}

/** Foreign text, on one line and without what a terminal would obey. */
function plain(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, " ");
}

async function run(args: readonly string[]): Promise<string> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      server: { type: "string", default: DEFAULT_SERVER },
      state: { type: "string", default: atRoot(".wrangler/state")[0]! },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return USAGE;
  const [word, subject, ...others] = positionals;
  const command = word !== undefined && Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : undefined;
  if (command === undefined) {
    throw new UsageError(
      word === undefined ? "What is to be done?" : `There is no command "${word}".`,
    );
  }
  if (subject === undefined) throw new UsageError(`${word} of what? ${SUBJECTS[word ?? ""]}`);
  if (others.length > 0) {
    throw new UsageError(`${word} takes one thing; put a name of several words into quotes.`);
  }
  if (!URL.canParse(values.server))
    throw new UsageError(`--server takes a URL, not "${values.server}".`);
  return command(askAt(values.server, values.state), subject);
}

try {
  console.log(await run(process.argv.slice(2)));
} catch (error) {
  const isUsage =
    error instanceof UsageError ||
    (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS") === true;
  if (isUsage) console.error(`${(error as Error).message}\n\n${USAGE}`);
  else console.error(error instanceof StartError ? error.message : error);
  process.exit(isUsage ? 2 : 1);
}
