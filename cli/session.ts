// Opens the account that lives in a home. The first command registers the device, and then the
// recovery phrase is told of once: shown where a person sees it, else only how to get it.
import { existsSync } from "node:fs";
import { rm, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Acquaint, fileStore } from "../shared/client/node.ts";
import { forgetRunning } from "./earlierMeetings.ts";
import { CliError, EXIT } from "./errors.ts";
import type { Presenter } from "./output.ts";

/** There once the owner has been told of the recovery phrase; holds nothing. */
const TOLD_MARK = "recovery-phrase-told";

interface SessionOptions {
  readonly server: string;
  readonly home: string;
  /** The name of a new account. */
  readonly name?: string;
  readonly isPassing?: boolean;
}

/** @throws ProblemError or ConnectionError */
export async function openSession(options: SessionOptions, present: Presenter): Promise<Acquaint> {
  const { server, home, name, isPassing = false } = options;
  const store = fileStore(home);
  const client = await Acquaint.open({ server, store, ...(name !== undefined && { name }) });
  if (!isPassing) await tellOfRecoveryPhrase(client, home, present);
  return client;
}

/** @throws CliError `no-account`, rather than making one */
export async function requireAccount(home: string): Promise<void> {
  if ((await fileStore(home).loadIdentity()) !== null) return;
  throw new CliError("no-account", `There is no account in ${home}.`, {
    exitCode: EXIT.usage,
    hint: "Choose another one with --home DIR.",
  });
}

/** What this client has put beside the account; and the folder, if nothing else is in it. */
export async function forgetHome(home: string): Promise<void> {
  await rm(join(home, TOLD_MARK), { force: true });
  await forgetRunning(home);
  await rmdir(home).catch(() => {});
}

async function tellOfRecoveryPhrase(
  client: Acquaint,
  home: string,
  present: Presenter,
): Promise<void> {
  const mark = join(home, TOLD_MARK);
  if (existsSync(mark)) return;
  const phrase = await client.recoveryPhrase();
  if (phrase === null) return;
  present.remark(`A new account was made on this device, kept in ${home}`);
  const shown = present.revealRecoveryPhrase(phrase);
  if (!shown) present.remark("Its recovery phrase: acquaint whoami --recovery-phrase");
  await writeFile(mark, "", { mode: 0o600 });
}
