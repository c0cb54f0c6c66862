// A new device on its way into an account: it has met a device of that account by a link, asks to be listed, and
// goes over once it is. Everything is kept, so that a later start goes on where this one stopped.

import { equalBytes, toBase64Url } from "../../core/crypto/bytes.ts";
import { deviceIdOf, verifyLog } from "../../core/identity/deviceLog.ts";
import { appendAdd } from "../../core/identity/logDrafts.ts";
import type { LinkingContent } from "../../core/line/accountContents.ts";
import type { DeviceLog } from "../../wire/auth.ts";
import type { UserId } from "../../wire/ids.ts";
import { ProblemError } from "../../wire/problem.ts";
import { fetched } from "../connectionError.ts";
import type { Meeting } from "../meeting.ts";
import { decideMove } from "./adoption.ts";
import { alone, LINKING } from "./alone.ts";
import type { DevicesContext } from "./devicesContext.ts";
import { enterLink, type LinkSecret } from "./linkMeetings.ts";
import { AccountInUse, EntryRefused, JoinRefused, PhraseUnknown } from "./faults.ts";
import { JOINING } from "./leftovers.ts";
import { isOutrun, post } from "./logWriting.ts";
import { letGo } from "./lettingGo.ts";
import { linkingId } from "../contactSettings.ts";

const RESTORE_TRIES = 4;

interface StoredJoining {
  /** How the device is to be called among those of the account. */
  readonly name: string;
  /** The account, once it has been asked. */
  readonly userId: UserId | null;
}

/** Enters the code. What is left to be done once it has matched, {@link goOn} does. */
export async function beginJoining(
  context: DevicesContext,
  secret: LinkSecret,
  name: string,
): Promise<Meeting> {
  await requireUnused(context);
  const { contacts, store } = context;
  // What an earlier attempt has left is not taken for what this one leads to.
  await endJoining(context);
  for (const userId of await contacts.linkedIds()) await letGo(context, userId);
  await store.put("settings", JOINING, { name, userId: null } satisfies StoredJoining);
  return enterLink(context.runs, secret);
}

/** Gives it up; what the other device has been asked it may still refuse. */
export function endJoining({ store }: DevicesContext): Promise<void> {
  return store.delete("settings", JOINING);
}

/**
 * True when this device is listed and can go over.
 * @throws JoinRefused also when the account has no room for it, or has let go of it
 * @throws ForkedLogError when the server shows another history of that account than it has shown before
 */
export async function goOn(context: DevicesContext): Promise<boolean> {
  const { store } = context;
  if ((await store.get("settings", JOINING)) === null) return false;
  return alone(context, LINKING, async () => {
    const joining = await store.get<StoredJoining>("settings", JOINING);
    if (joining === null) return false;
    try {
      return await takeStep(context, joining);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      await endJoining(context);
      throw new JoinRefused();
    }
  });
}

async function takeStep(context: DevicesContext, joining: StoredJoining): Promise<boolean> {
  const { store, device, line } = context;
  if (joining.userId === null) {
    const [met] = await context.contacts.linkedIds();
    if (met !== undefined) await ask(context, met, joining);
    return false;
  }
  const answer = await store.get<LinkingContent | { kind: "resend" }>(
    "settings",
    linkingId(joining.userId),
  );
  if (answer?.kind === "resend") await ask(context, joining.userId, joining);
  if (answer?.kind === "joinRefused") throw new JoinRefused();
  if (answer?.kind !== "joined") return false;
  const { log } = await device.call("accountLog", { params: { userId: joining.userId } });
  await line.logs.learn(joining.userId, log);
  return goOver(context, joining.userId, log);
}

async function ask(context: DevicesContext, userId: UserId, joining: StoredJoining): Promise<void> {
  const { device, ports, contacts, line } = context;
  const proven = await contacts.openingOf(userId);
  const log = await line.logs.refresh(userId);
  const by = log.devices.find(({ deviceId }) => deviceId === proven?.deviceId)?.number;
  if (by === undefined) throw new JoinRefused(); // removed meanwhile
  const at = ports.now();
  const draft = appendAdd(log, { ...device.self, by, createdAt: at });
  if (!draft.ok) throw new EntryRefused(draft.reason);
  const possession = toBase64Url(await device.sign(draft.bytes));
  const prekey = await line.prekeys.current();
  const content = { kind: "join", at, name: joining.name, possession, prekey } as const;
  const asked: StoredJoining = { ...joining, userId };
  await line.submitWith(
    [{ to: userId, content }],
    [
      { collection: "settings", id: JOINING, value: asked },
      { collection: "settings", id: linkingId(userId) },
    ],
  );
}

/**
 * Has the account of a recovery phrase list this device.
 * @throws PhraseUnknown, AccountInUse, EntryRefused, ConnectionError
 */
export function restore(context: DevicesContext, phrase: string): Promise<boolean> {
  return alone(context, LINKING, () => restoreAlone(context, phrase));
}

async function restoreAlone(context: DevicesContext, phrase: string): Promise<boolean> {
  await requireUnused(context);
  const { device, ports } = context;
  const { recoveryId, signer } = await readPhrase(phrase);
  for (let tries = 1; ; tries++) {
    const { userId, log } = await find(context, recoveryId);
    const verified = verifyLog(log);
    const isOf = verified?.userId === userId;
    if (verified === null || !isOf || !equalBytes(verified.recoveryKey, signer.publicKey)) {
      throw new PhraseUnknown("This phrase was replaced by a newer one, which alone counts.");
    }
    if (verified.devices.some(({ deviceId }) => deviceId === device.self.deviceId)) {
      return goOver(context, userId, log); // the answer was lost
    }
    const draft = appendAdd(verified, { ...device.self, by: "recovery", createdAt: ports.now() });
    if (!draft.ok) throw new EntryRefused(draft.reason);
    const entry = draft.finish(signer.sign(draft.bytes), await device.sign(draft.bytes));
    try {
      await post(device, userId, entry, await context.line.prekeys.current());
    } catch (error) {
      if (!isOutrun(error) || tries >= RESTORE_TRIES) throw error;
      continue;
    }
    return goOver(context, userId, [...log, entry] as DeviceLog);
  }
}

/** As people copy it: in any case, with any spaces. */
async function readPhrase(phrase: string) {
  const { recoveryIdOf, recoverySignerOf } = await fetched(
    import("../../core/identity/recoveryPhrase.ts"),
  );
  const words = phrase.normalize("NFKD").trim().toLowerCase().split(/\s+/u).join(" ");
  try {
    return { recoveryId: toBase64Url(recoveryIdOf(words)), signer: recoverySignerOf(words) };
  } catch {
    throw new PhraseUnknown(
      "These are not the twelve words of a recovery phrase. Look for a word that is misspelled or out of place.",
    );
  }
}

async function find({ device }: DevicesContext, recoveryId: string) {
  try {
    return await device.call("findRecovery", { params: { recoveryId } });
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== "recovery-unknown") throw error;
    throw new PhraseUnknown(
      "This server knows no account of that phrase. Look at the words again.",
    );
  }
}

/**
 * False as long as the log does not list this device: the server may have lied about it.
 * @throws AccountInUse when somebody was met on the way, who would be lost
 */
async function goOver(context: DevicesContext, userId: UserId, log: DeviceLog): Promise<boolean> {
  const { device, store } = context;
  const verified = verifyLog(log);
  const isListed = verified?.devices.some(
    ({ signKey }) => deviceIdOf(signKey) === device.self.deviceId,
  );
  if (verified?.userId !== userId || isListed !== true) return false;
  await requireUnused(context);
  await decideMove(store, device.identity.userId, log);
  return true;
}

function isRefusal(error: unknown): boolean {
  if (error instanceof ProblemError) return error.code === "not-a-contact";
  return [JoinRefused, EntryRefused, AccountInUse].some((kind) => error instanceof kind);
}

async function requireUnused({ contacts }: DevicesContext): Promise<void> {
  if ((await contacts.list()).length > 0) throw new AccountInUse();
}
