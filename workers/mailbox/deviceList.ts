// Which devices speak for the account: its log, which certifies itself, and a row for each device that it lists. A
// device that the log removes has no say any more, from the same moment, and nothing is left of what waited for it, or
// waits of it for the others.

import { fromBase64Url, toBase64Url } from "../../shared/core/crypto/bytes.ts";
import { isPrekeySignedBy } from "../../shared/core/crypto/prekeys.ts";
import { deviceIdOf, sessionTranscript, verifyLog } from "../../shared/core/identity/deviceLog.ts";
import { type Growth, growLog } from "../../shared/core/identity/logGrowth.ts";
import type { DeviceLog, LaterEntry } from "../../shared/wire/auth.ts";
import type { DeviceId } from "../../shared/wire/ids.ts";
import type { SignedPrekey } from "../../shared/wire/line.ts";
import type { AttemptList } from "./attemptList.ts";
import type { ContactRequestBox } from "./contactRequestBox.ts";
import type { FirstPrekeys } from "./keptPrekeys.ts";
import type { Line } from "./line.ts";
import type { MailboxSockets } from "./mailboxSockets.ts";
import type { MailboxStore } from "./mailboxStore.ts";
import type { LogState, Result, SessionVerdict } from "./results.ts";
import type { RoomNews } from "./roomNews.ts";
import { hasSigned, type SignedChallenge } from "./signedChallenge.ts";
import type { StoredAccount } from "./storedAccount.ts";

type Grown = Extract<Growth, { ok: true }>;

export class DeviceList {
  readonly #ctx: DurableObjectState;
  readonly #store: MailboxStore;
  readonly #sockets: MailboxSockets;
  readonly #attempts: AttemptList;
  readonly #line: Pick<Line, "closed" | "recount">;
  readonly #asking: ContactRequestBox;
  readonly #rooms: RoomNews;

  /** @param line is told of what a removal closes and deletes */
  constructor(
    ctx: DurableObjectState,
    store: MailboxStore,
    sockets: MailboxSockets,
    attempts: AttemptList,
    line: Pick<Line, "closed" | "recount">,
    asking: ContactRequestBox,
    rooms: RoomNews,
  ) {
    this.#ctx = ctx;
    this.#store = store;
    this.#sockets = sockets;
    this.#attempts = attempts;
    this.#line = line;
    this.#asking = asking;
    this.#rooms = rooms;
  }

  /**
   * Makes the account, if there is none. If there is, what its log lacks is appended.
   * @returns what the log has come to that was given
   */
  register(log: DeviceLog): Result<LogState> {
    const verified = verifyLog(log);
    if (verified === null) return { ok: false, code: "malformed-request" };
    const account = this.#store.account();
    if (account === null) this.#store.createAccount(log, verified);
    else {
      const appended = this.#append(account, log.slice(1) as LaterEntry[]);
      if (!appended.ok) return appended;
    }
    return { ok: true, value: { length: verified.length, logHead: toBase64Url(verified.head) } };
  }

  /** All of them, or none; any that stand in their place already are passed over. */
  append(entries: readonly LaterEntry[], prekey?: SignedPrekey): Result<LogState> {
    const account = this.#store.account();
    if (account === null) return { ok: false, code: "account-unknown" };
    return this.#append(account, entries, prekey);
  }

  /** Whether a device of this account has signed the challenge, and none as new before. */
  admitSession(signed: SignedChallenge): SessionVerdict {
    const { deviceId, issuedAt } = signed;
    const device = this.#store.device(deviceId);
    if (device === null) return this.#ofRemoved(signed);
    if (issuedAt <= device.lastChallengeAt) return { kind: "refused" };
    if (!hasSigned(device, sessionTranscript, signed)) return { kind: "refused" };
    this.#store.devices.rememberChallenge(deviceId, issuedAt);
    return { kind: "admitted" };
  }

  /** A device that was removed is told so, once it has shown that it is the one. */
  #ofRemoved(signed: SignedChallenge): SessionVerdict {
    const log = this.#store.account()?.log ?? [];
    const signKey = signKeyOf(log, signed.deviceId);
    const isTheirs = signKey !== null && hasSigned({ signKey }, sessionTranscript, signed);
    return isTheirs ? { kind: "removed", log } : { kind: "refused" };
  }

  #append(
    { log }: StoredAccount,
    entries: readonly LaterEntry[],
    prekey?: SignedPrekey,
  ): Result<LogState> {
    const before = verifyLog(log);
    if (before === null) throw new Error("the stored log does not verify");
    const growth = growLog(before, entries);
    if (!growth.ok) {
      const code = growth.reason === "fork" ? "log-changed" : "malformed-request";
      return { ok: false, code };
    }
    const prekeys = prekey === undefined ? null : prekeysOf(entries, growth, prekey);
    if (prekey !== undefined && prekeys === null) return { ok: false, code: "malformed-request" };
    if (growth.fresh.length > 0) this.#grow([...log, ...growth.fresh], growth, prekeys);
    const { length, head } = growth.verified;
    return { ok: true, value: { length, logHead: toBase64Url(head) } };
  }

  /** Stored first, then told; in attempts and rooms whoever was removed comes to its end meanwhile. */
  #grow(log: DeviceLog, { verified }: Grown, prekeys: FirstPrekeys | null): void {
    this.#store.changeLog(log, verified, prekeys);
    const removed = new Set(verified.removed.map(({ deviceId }) => deviceId));
    const withdrawn = this.#asking.devicesRemoved(removed);
    const ended = this.#sockets.endDevices(removed, { type: "deviceRemoved", log });
    for (const socket of ended) this.#line.closed(socket);
    this.#line.recount();
    this.#sockets.tell({ type: "log", length: verified.length });
    const settled = this.#attempts.devicesChanged().then(() => this.#attempts.settle());
    const left = this.#rooms.devicesChanged().then(() => this.#rooms.settle());
    this.#ctx.waitUntil(Promise.allSettled([settled, left, withdrawn]));
  }
}

/** Null unless the last entry adds a device, and it has signed its prekey. */
function prekeysOf(
  entries: readonly LaterEntry[],
  { verified }: Grown,
  signed: SignedPrekey,
): FirstPrekeys | null {
  const last = entries.at(-1);
  if (last?.kind !== "add") return null;
  const device = verified.devices.find(({ signKey }) => toBase64Url(signKey) === last.signKey);
  if (device === undefined) return null;
  const { id, key, signature } = signed;
  const prekey = { id, key: fromBase64Url(key), signature: fromBase64Url(signature) };
  return isPrekeySignedBy(device.signKey, prekey) ? { device: device.number, signed } : null;
}

/** Null when the log has never listed the device. */
function signKeyOf(log: DeviceLog, deviceId: DeviceId): string | null {
  for (const entry of log) {
    if (entry.kind !== "genesis" && entry.kind !== "add") continue;
    if (deviceIdOf(fromBase64Url(entry.signKey)) === deviceId) return entry.signKey;
  }
  return null;
}
