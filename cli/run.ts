// One run of the client, from its arguments to its exit code. Nothing here ends the process.
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { type Acquaint, AccountErased, type Ending } from "../shared/client/node.ts";
import { parseCommandLine, unknownCommand, wantsJson, type CommandLine } from "./arguments.ts";
import type { Context } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { finishEarlierMeetings, markRunning } from "./earlierMeetings.ts";
import { EXIT, usageError } from "./errors.ts";
import { asCliError } from "./failures.ts";
import { helpOn, helpOnGroup, overview } from "./help.ts";
import type { Interruption } from "./interruption.ts";
import { openConsole } from "./lineConsole.ts";
import { presenterOf, type Presenter } from "./output.ts";
import { promptOn } from "./prompt.ts";
import { openSession } from "./session.ts";
import { bareScreen, terminalOf } from "./terminal.ts";
import packageFile from "../package.json" with { type: "json" };

const DEFAULT_SERVER = "http://127.0.0.1:8787";

export interface Surroundings {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly folder: string;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly interruption: Interruption;
}

/** @returns the exit code */
export async function run(surroundings: Surroundings): Promise<number> {
  const { args, env, stdout, stderr, interruption } = surroundings;
  const screen = bareScreen();
  const out = terminalOf(stdout, env, screen);
  const present = presenterOf(wantsJson(args), out, terminalOf(stderr, env, screen));
  let server = DEFAULT_SERVER;
  let client: Acquaint | null = null;
  let leave: () => Promise<void> = async () => {};
  let tellErased: (ending: Ending) => void = () => {};
  const erased = new Promise<never>((_, reject) => {
    tellErased = (ending) => reject(new AccountErased(ending));
  });
  erased.catch(() => {}); // for commands that go on
  try {
    const line = parseCommandLine(args, COMMANDS);
    const answer = withoutCommand(line, present);
    if (answer !== null) return answer;
    server = serverOf(line.args.text("server") ?? env["ACQUAINT_SERVER"]);
    const home = resolve(
      folderOf(surroundings),
      line.args.text("home") || env["ACQUAINT_HOME"] || join(homedir(), ".acquaint"),
    );
    const context: Context = {
      args: line.args,
      present,
      prompt: promptOn(surroundings.stdin, stderr, interruption),
      interruption,
      server,
      home,
      async open({ finishMeetings = false, dropRequests = false, ...options } = {}) {
        if (finishMeetings) leave = await markRunning(home);
        client = await openSession({ server, home, ...options }, present);
        client.on((event) => event.event === "erased" && tellErased(event.ending));
        if (finishMeetings) await finishEarlierMeetings(client, home, present, dropRequests);
        return client;
      },
      openConsole() {
        const { stdin } = surroundings;
        const isLive = !present.json && stdin.isTTY === true && out.interactive;
        return openConsole({ stdin, stdout, screen }, isLive);
      },
      resolvePath: (path) => resolve(folderOf(surroundings), path),
    };
    const ended = line.command?.run(context) ?? Promise.resolve(EXIT.usage);
    const others = [interruption.over.then(() => null)];
    if (line.command?.worksErased !== true) others.push(erased);
    const exitCode = await Promise.race([ended, ...others]);
    // A meeting that was made before the interruption reached it has been made all the same.
    if (exitCode === EXIT.success) return exitCode;
    return interruption.exitCode ?? exitCode ?? EXIT.failed;
  } catch (error) {
    if (interruption.exitCode !== null) return interruption.exitCode;
    const told = asCliError(error, server);
    present.fail(told);
    return told.exitCode;
  } finally {
    present.close();
    await (client as Acquaint | null)?.close();
    await leave();
  }
}

/** Help, version and words that call nothing. @returns null when there is a command to run */
function withoutCommand(line: CommandLine, present: Presenter): number | null {
  const { command, candidates, words, args } = line;
  if (args.flag("version")) {
    present.show({ event: "version", version: packageFile.version });
    return EXIT.success;
  }
  if (args.flag("help") && (command !== null || candidates.length > 0 || words.length === 0)) {
    const [first = ""] = words;
    const group = candidates.length === 0 ? overview(COMMANDS) : helpOnGroup(first, candidates);
    const text = command === null ? group : helpOn(command);
    present.show({ event: "help", text });
    return EXIT.success;
  }
  if (command !== null) return null;
  if (words.length > 0) throw unknownCommand(line, COMMANDS);
  if (present.json) throw usageError("Which command?", "acquaint --help");
  present.show({ event: "help", text: overview(COMMANDS) });
  return EXIT.usage;
}

/** The origin of a server. @throws CliError `usage` */
function serverOf(text: string | undefined): string {
  if (text === undefined || text === "") return DEFAULT_SERVER;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "") {
    throw usageError(`${text} is no address of a server.`, `It looks like ${DEFAULT_SERVER}`);
  }
  return url.origin;
}

/** `npm run` moves to the package's folder and keeps where the person stood in INIT_CWD. */
function folderOf({ env, folder }: Surroundings): string {
  const throughNpm = env["npm_lifecycle_event"] === "acquaint" ? env["INIT_CWD"] : undefined;
  return throughNpm ?? folder;
}
