// The devices of this account: who they are, how one comes in, and how one goes (ID-3, ID-5).

import { appendRemove } from "../../core/identity/logDrafts.ts";
import type { UserId } from "../../wire/ids.ts";
import { DEVICES_MAX, NAME_MAX_CHARS } from "../../wire/limits.ts";
import type { Meeting } from "../meeting.ts";
import type { AcquaintEvent } from "../model.ts";
import { deviceNamed, deviceNameId } from "../handover/deviceNames.ts";
import { AccountErased } from "../accountErased.ts";
import { ForkedLogError } from "../forkedLog.ts";
import {
  admit,
  type Applicant,
  applicants,
  arrived,
  listedApplicants,
  refuse,
} from "./admitting.ts";
import { forgetFormerAccount, formerAccount } from "./adoption.ts";
import type { DevicesContext } from "./devicesContext.ts";
import { EntryRefused, JoinRefused } from "./faults.ts";
import { beginJoining, endJoining, goOn, restore } from "./joining.ts";
import { letGo } from "./lettingGo.ts";
import { LINKING_SIGNAL } from "./signals.ts";
import { type LinkOptions, type LinkSecret, showLink } from "./linkMeetings.ts";
import { appendSigned } from "./logWriting.ts";
import { finishRenewal, renewPhrase } from "./recoveryRenewal.ts";
import { tellContacts } from "./telling.ts";

/** Links that nobody went on with are let go of after a day. */
const LINK_TTL_MS = 24 * 60 * 60 * 1_000;

export interface DeviceInfo {
  /** What {@link Devices.remove} and `rename` take. */
  readonly number: number;
  readonly deviceId: string;
  /** As its person calls it; empty when this device has not heard. */
  readonly name: string;
  /** Milliseconds since 1970, by the clock of the device that listed it. */
  readonly addedAt: number;
  readonly isThis: boolean;
}

export class Devices {
  readonly #context: DevicesContext;
  readonly #tell: (event: AcquaintEvent) => void;
  readonly #goOver: () => Promise<void>;
  #work: Promise<unknown> = Promise.resolve();

  /** @param goOver does what is decided: this device's account ends, and it is of another one */
  constructor(
    context: DevicesContext,
    tell: (event: AcquaintEvent) => void,
    goOver: () => Promise<void>,
  ) {
    this.#context = context;
    this.#tell = tell;
    this.#goOver = goOver;
  }

  /** Those that speak for the account, in the order in which they came. */
  async list(): Promise<DeviceInfo[]> {
    const { device, store } = this.#context;
    const { identity, log, self } = device;
    return Promise.all(
      identity.devices.map(async ({ number, deviceId }) => ({
        number,
        deviceId,
        name: (await store.get<{ name: string }>("settings", deviceNameId(number)))?.name ?? "",
        addedAt: log[number]?.createdAt ?? 0,
        isThis: number === self.number,
      })),
    );
  }

  /**
   * Shows a code to enter on the new device; or a number, with a passphrase that both know.
   * @throws EntryRefused when the account has as many devices as it may
   */
  async link(options: LinkOptions = {}): Promise<Meeting> {
    const { devices } = this.#context.device.identity;
    if (devices.length >= DEVICES_MAX) throw new EntryRefused("tooManyDevices");
    await endJoining(this.#context); // whoever comes in now is not the one to ask
    for (const { userId } of await this.applicants()) await this.refuse(userId); // nor who came before
    return showLink(this.#context.runs, options);
  }

  /** New devices that wait to be let in. */
  applicants(): Promise<Applicant[]> {
    return applicants(this.#context);
  }

  /** @returns its number */
  async admit(userId: UserId): Promise<number> {
    const number = await this.#inTurn(() => admit(this.#context, userId));
    this.#told();
    return number;
  }

  async refuse(userId: UserId): Promise<void> {
    await refuse(this.#context, userId);
    this.#told();
  }

  /** Asks to belong to the account of the device that shows the code. */
  async join(secret: LinkSecret, name: string): Promise<Meeting> {
    const meeting = await beginJoining(this.#context, secret, name.slice(0, NAME_MAX_CHARS));
    meeting.contact.then(
      () => this.#goOn().catch(() => {}), // the next connection tries again
      () => endJoining(this.#context),
    );
    return meeting;
  }

  cancelJoining(): Promise<void> {
    return endJoining(this.#context);
  }

  /** As {@link join}, by the twelve words: the event `joined` follows. @throws PhraseUnknown, AccountInUse */
  async restore(phrase: string): Promise<void> {
    if (await restore(this.#context, phrase)) await this.#goOver();
  }

  /** Ends a device, at once and everywhere; it may be this one. @throws EntryRefused, ConnectionError */
  async remove(number: number): Promise<void> {
    const { device, ports } = this.#context;
    try {
      await appendSigned(device, (log) =>
        appendRemove(log, { device: number, by: device.self.number, createdAt: ports.now() }),
      );
    } catch (error) {
      const isDone = error instanceof AccountErased && number === device.self.number;
      if (!isDone) throw error;
    }
  }

  /**
   * Hands all that this device has to another one of the account: to one that has come in by the recovery phrase,
   * which gets nothing of the past by itself. Durable once resolved.
   */
  handOver(number: number): Promise<void> {
    const { device, line } = this.#context;
    const isOther = device.identity.devices.some((one) => one.number === number);
    if (!isOther || number === device.self.number) throw new EntryRefused("deviceUnknown");
    return line.handover.sendHistory(number);
  }

  /** Resolves once the server holds all that this device has handed to another one of the account. */
  async handedOver(number: number): Promise<void> {
    const { device, line } = this.#context;
    const whileOpen = <Value>(waiting: Promise<Value>) => line.whileOpen(waiting);
    await line.handover.done(line.handover.history(number), whileOpen);
    await line.outbox.settled(device.identity.userId, whileOpen);
  }

  /** Resolves once the server has taken what contacts are told of the last change. */
  async toldContacts(): Promise<void> {
    await this.tidy();
    const { contacts, line } = this.#context;
    for (const { userId } of await contacts.list()) {
      await line.outbox.settled(userId, (waiting) => line.whileOpen(waiting)).catch(() => {});
    }
  }

  async rename(number: number, name: string): Promise<void> {
    const { store, line } = this.#context;
    await store.apply(await deviceNamed(store, line.handover, number, name));
    line.handover.look();
  }

  /** Twelve new words in place of those so far, which restore nothing any more. */
  renewRecoveryPhrase(): Promise<string> {
    return this.#inTurn(() => renewPhrase(this.#context));
  }

  /**
   * What an earlier run has left, what another account has said, and what nobody went on with: called whenever a
   * connection stands, or something of it has changed.
   */
  tidy(): Promise<void> {
    return this.#inTurn(() => this.#tidy());
  }

  #inTurn<Value>(task: () => Promise<Value>): Promise<Value> {
    const done = this.#work.then(task);
    this.#work = done.catch(() => {});
    return done;
  }

  async #tidy(): Promise<void> {
    if (this.#context.line.isHolder) await tellContacts(this.#context);
    if (await this.#goOn()) return; // the store is another account's
    for (const userId of await listedApplicants(this.#context)) await admit(this.#context, userId);
    await finishRenewal(this.#context);
    const { contacts, store, ports } = this.#context;
    const former = await formerAccount(store);
    if (former !== null) {
      await letGo(this.#context, former);
      await forgetFormerAccount(store);
    }
    const outdated = await contacts.linkedIds(ports.now() - LINK_TTL_MS);
    for (const userId of new Set([...outdated, ...(await arrived(this.#context))])) {
      await letGo(this.#context, userId);
    }
  }

  /** True when this device is of another account now. */
  async #goOn(): Promise<boolean> {
    try {
      const isListed = await goOn(this.#context);
      if (isListed) await this.#goOver();
      return isListed;
    } catch (error) {
      if (error instanceof ForkedLogError) this.#tell({ event: "forked", userId: error.userId });
      else if (error instanceof JoinRefused) this.#tell({ event: "joinRefused" });
      else throw error;
      return false;
    }
  }

  /** Others of this device's tabs and processes show the same list. */
  #told(): void {
    this.#tell({ event: "devices" });
    this.#context.store.signal(LINKING_SIGNAL);
  }
}
