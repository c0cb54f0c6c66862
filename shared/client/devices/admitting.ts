// A device of the account lets a new one in, or refuses it. What the new one has asked waits in the store, so it may
// be answered at any time, and what a crash cuts short is answered again.

import { fromBase64Url, toBase64Url } from "../../core/crypto/bytes.ts";
import {
  isSignatureBy,
  type LoggedDevice,
  type VerifiedLog,
  verifyLog,
} from "../../core/identity/deviceLog.ts";
import { appendAdd } from "../../core/identity/logDrafts.ts";
import type { JoinContent, LinkingContent } from "../../core/line/accountContents.ts";
import type { UserId } from "../../wire/ids.ts";
import { ProblemError } from "../../wire/problem.ts";
import type { DevicesContext } from "./devicesContext.ts";
import { EntryRefused } from "./faults.ts";
import { deviceNamed } from "../handover/deviceNames.ts";
import { linkingId } from "../contactSettings.ts";
import { append } from "./logWriting.ts";

/** A device that waits to be let in. */
export interface Applicant {
  /** The account that it has made for itself, which ends when it is let in. */
  readonly userId: UserId;
  /** As it calls itself. */
  readonly name: string;
  /** Milliseconds since 1970, by its own clock. */
  readonly at: number;
}

export async function applicants(context: DevicesContext): Promise<Applicant[]> {
  return (await waiting(context)).filter(({ isListed }) => !isListed).map(({ who }) => who);
}

/** Those that the account lists, but that have not been told: an earlier run was cut short. */
export async function listedApplicants(context: DevicesContext): Promise<UserId[]> {
  return (await waiting(context)).filter(({ isListed }) => isListed).map(({ who }) => who.userId);
}

/** Those that the account lists, and whose former accounts are over. */
export async function arrived(context: DevicesContext): Promise<UserId[]> {
  const { contacts, device } = context;
  const found: UserId[] = [];
  for (const userId of await contacts.linkedIds()) {
    if ((await contacts.openingOf(userId)) === null) continue;
    if (listed(context, await newcomerOf(context, userId)) === undefined) continue;
    const isThere = await device.call("accountLog", { params: { userId } }).then(
      () => true,
      (error: unknown) => {
        if (!(error instanceof ProblemError) || error.code !== "not-a-contact") throw error;
        return false;
      },
    );
    if (!isThere) found.push(userId);
  }
  return found;
}

/** Who has asked of those that this device itself has met. */
async function waiting(
  context: DevicesContext,
): Promise<{ readonly who: Applicant; readonly isListed: boolean }[]> {
  const { contacts, store } = context;
  const found: { who: Applicant; isListed: boolean }[] = [];
  for (const userId of await contacts.linkedIds()) {
    const asked = await store.get<LinkingContent>("settings", linkingId(userId));
    if (asked?.kind !== "join" || (await contacts.openingOf(userId)) === null) continue;
    const isListed = listed(context, await newcomerOf(context, userId)) !== undefined;
    found.push({ who: { userId, name: asked.name, at: asked.at }, isListed });
  }
  return found;
}

/**
 * Lists the device in the account's log, and tells it. Returns its number.
 * @throws EntryRefused, ProblemError `contact-unknown` when it waits no more, ConnectionError
 */
export async function admit(context: DevicesContext, userId: UserId): Promise<number> {
  const asked = await askedBy(context, userId);
  const newcomer = await newcomerOf(context, userId);
  const before = listed(context, newcomer);
  const number = before?.number ?? (await list(context, newcomer, asked));
  const { store, line } = context;
  const { handover } = line;
  await line.submitWith(
    [{ to: userId, content: { kind: "joined" } }],
    [
      { collection: "settings", id: linkingId(userId) },
      ...(await deviceNamed(store, handover, number, asked.name)),
      handover.history(number),
    ],
  );
  handover.look();
  return number;
}

/** However often it asks again, it has to be met again first. */
export async function refuse({ line, contacts }: DevicesContext, userId: UserId): Promise<void> {
  const { receiptHash } = (await contacts.get(userId)) ?? {};
  const refused = { kind: "joinRefused", receiptHash };
  await line.submitWith(
    [{ to: userId, content: { kind: "joinRefused" } }],
    [{ collection: "settings", id: linkingId(userId), value: refused }],
  );
}

async function list(
  { device }: DevicesContext,
  newcomer: Pick<LoggedDevice, "signKey" | "agreeKey">,
  { at, possession, prekey }: JoinContent,
): Promise<number> {
  const { self } = device;
  const entryOf = async (log: VerifiedLog) => {
    const draft = appendAdd(log, { ...newcomer, by: self.number, createdAt: at });
    if (!draft.ok) throw new EntryRefused(draft.reason);
    const proof = fromBase64Url(possession);
    // It has signed for one place of the log.
    if (!isSignatureBy(newcomer.signKey, draft.bytes, proof)) throw new EntryRefused("unsigned");
    return draft.finish(await device.sign(draft.bytes), proof);
  };
  await append(device, entryOf, prekey);
  const added = device.identity.devices.find((one) => isSame(one, newcomer));
  if (added === undefined) throw new EntryRefused("notNext");
  return added.number;
}

async function askedBy({ store }: DevicesContext, userId: UserId): Promise<JoinContent> {
  const asked = await store.get<LinkingContent>("settings", linkingId(userId));
  if (asked?.kind !== "join") throw new ProblemError("contact-unknown");
  return asked;
}

/** The keys that the exchange has proven. */
async function newcomerOf({ contacts }: DevicesContext, userId: UserId): Promise<LoggedDevice> {
  const opening = await contacts.openingOf(userId);
  const log = opening === null ? null : verifyLog(opening.log);
  const device = log?.devices.find(({ deviceId }) => deviceId === opening?.deviceId);
  if (device === undefined) throw new ProblemError("contact-unknown");
  return device;
}

function listed({ device }: DevicesContext, newcomer: LoggedDevice): LoggedDevice | undefined {
  return device.identity.devices.find((one) => isSame(one, newcomer));
}

function isSame(one: Pick<LoggedDevice, "signKey">, other: Pick<LoggedDevice, "signKey">): boolean {
  return toBase64Url(one.signKey) === toBase64Url(other.signKey);
}
