// One account whose devices come and go, in a model-based run: what they append, what they listen to, what a contact
// writes to them, and what may happen to the server in between. The household is the model.

// oxlint-disable vitest/no-standalone-expect -- a model-based run checks where it acts

import {
  abortAllDurableObjects,
  evictDurableObject,
  runDurableObjectAlarm,
  runInDurableObject,
} from "cloudflare:test";
import { expect, vi } from "vitest";
import type { LaterEntry, LogSigner } from "../../../shared/wire/auth.ts";
import type { Locator } from "../../../shared/wire/ids.ts";
import { DEVICES_MAX, LOG_MAX_ENTRIES } from "../../../shared/wire/limits.ts";
import type { TestAccount } from "../support/accounts.ts";
import type { Household, Member } from "../support/devices.ts";
import { answersTo, boxesFor, mailboxOf, read, received, sendTo } from "../support/line.ts";
import { freshLocator, openMessage } from "../support/pairing.ts";
import { connectToAttempt, type TestSocket } from "../support/sockets.ts";

interface Connection {
  readonly device: Member;
  readonly socket: TestSocket;
  /** At the mailbox; else at an attempt. */
  readonly isListening: boolean;
}

export interface Choice {
  readonly kind: "add" | "remove" | "recovery";
  readonly by: number;
  readonly device: number;
}

export class DevicesWorld {
  house: Household;
  readonly #ann: TestAccount;
  #connections: Connection[] = [];
  #annsSocket: TestSocket | null = null;
  #annsNumber = 0;
  /** The devices that Ann writes to: those that she has heard of. */
  #known: readonly number[] = [0];

  constructor(house: Household, ann: TestAccount) {
    this.house = house;
    this.#ann = ann;
  }

  get #mailbox() {
    return mailboxOf(this.house);
  }

  /** What the choice comes to on that path; nothing where the rules do not let it. */
  #entryOn(house: Household, { kind, by, device }: Choice): LaterEntry[] {
    const { devices, length } = house.verified;
    const signers: LogSigner[] = [...devices.map(({ number }) => number), "recovery"];
    const signer = signers[by % signers.length] as LogSigner;
    if (kind === "remove") {
      if (devices.length === 1) return [];
      return [house.remove(devices[device % devices.length]?.number ?? 0, signer)];
    }
    const added = kind === "add" ? 1 : 0;
    const isRoom = length + devices.length + added <= LOG_MAX_ENTRIES;
    if (!isRoom || devices.length + added > DEVICES_MAX) return [];
    return [kind === "add" ? house.add(signer) : house.changeRecovery(signer)];
  }

  async append(choices: readonly Choice[], repeated: number): Promise<void> {
    const before = this.house.log.length;
    const fresh = choices.flatMap((choice) => this.#entryOn(this.house, choice));
    const from = Math.max(1, before - repeated);
    const entries = [...(this.house.log.slice(from, before) as LaterEntry[]), ...fresh];
    if (entries.length === 0) return;
    expect(await this.#mailbox.append(entries)).toMatchObject({
      ok: true,
      value: { length: this.house.log.length },
    });
  }

  /** Two devices append at once, neither knowing of the other: one of them has to do it again. */
  async race(one: Choice, other: Choice): Promise<void> {
    const paths = [this.house.fork(), this.house.fork()] as const;
    const entries = [this.#entryOn(paths[0], one), this.#entryOn(paths[1], other)] as const;
    if (entries[0].length + entries[1].length < 2) return;
    // The clock stands still: the same entry twice is one.
    if (JSON.stringify(entries[0]) === JSON.stringify(entries[1])) return;
    const [first, second] = await Promise.all(entries.map((some) => this.#mailbox.append(some)));
    expect(first?.ok).toBe(second?.ok === false);
    const lost = first?.ok === true ? second : first;
    expect(lost).toEqual({ ok: false, code: "log-changed" });
    this.house = first?.ok === true ? paths[0] : paths[1];
  }

  async register(): Promise<void> {
    expect(await this.#mailbox.register(this.house.log)).toMatchObject({ ok: true });
  }

  async listen(chosen: number): Promise<void> {
    const device = this.#oneOf(this.house.active(), chosen);
    const socket = await read(device);
    expect(socket.told.findLast(({ type }) => type === "ready")).toMatchObject({
      logLength: this.house.log.length,
    });
    this.#connections.push({ device, socket, isListening: true });
  }

  async openAttempt(chosen: number): Promise<void> {
    const device = this.#oneOf(this.house.active(), chosen);
    const locator = freshLocator();
    expect((await this.#mailbox.admitAttempt(device, locator as Locator)).ok).toBe(true);
    const socket = await connectToAttempt(device, "open", locator);
    socket.send(openMessage());
    await socket.next("opened");
    this.#connections.push({ device, socket, isListening: false });
  }

  /** A device that was removed is let in nowhere. */
  async knock(chosen: number): Promise<void> {
    const { removed } = this.house.verified;
    if (removed.length === 0) return;
    const device = this.house.member(this.#oneOf(removed, chosen).number);
    expect((await this.#mailbox.account(device)).ok).toBe(false);
    expect((await this.#mailbox.admitAttempt(device, freshLocator() as Locator)).ok).toBe(false);
    await expect(read(device)).rejects.toThrow("upgrade-refused");
  }

  /** Ann writes; if the devices have changed, she hears so, and writes to those of now. */
  async write(): Promise<void> {
    if (this.#annsSocket === null || this.#annsSocket.isClosed) {
      this.#annsSocket = await read(this.#ann);
      this.#annsNumber = 0;
    }
    const active = this.house.active().map(({ number }) => number);
    const isCurrent = String(active) === String(this.#known);
    expect(await this.#sent(this.#annsSocket, this.#known)).toBe(
      isCurrent ? "stored" : "devices-changed",
    );
    if (isCurrent) return;
    this.#known = active;
    expect(await this.#sent(this.#annsSocket, active)).toBe("stored");
  }

  async #sent(socket: TestSocket, devices: readonly number[]): Promise<string | undefined> {
    this.#annsNumber += 1;
    socket.send(sendTo(this.house, this.#annsNumber, boxesFor(devices)));
    return (await answersTo(socket, [this.#annsNumber])).get(this.#annsNumber);
  }

  async evict(webSockets: "hibernate" | "close"): Promise<void> {
    if (webSockets === "close") this.#drop(({ isListening }) => isListening);
    // Of an account's only device the mailbox knows its attempts for as long as it is awake (SECURITY.md).
    if (this.house.active().length === 1) this.#drop(({ isListening }) => !isListening);
    // An object that is not awake cannot be evicted.
    await evictDurableObject(this.#mailbox, { webSockets }).catch(() => {});
  }

  async restart(): Promise<void> {
    await abortAllDurableObjects();
    this.#drop(() => true);
    this.#annsSocket?.close();
  }

  async alarm(): Promise<void> {
    await runDurableObjectAlarm(this.#mailbox);
  }

  #drop(isMeant: (connection: Connection) => boolean): void {
    for (const connection of this.#connections) if (isMeant(connection)) connection.socket.close();
    this.#connections = this.#connections.filter((connection) => !isMeant(connection));
  }

  /** The server has what the household has, and nobody hears it who is not of it. */
  async check(): Promise<void> {
    const { log } = this.house;
    const active = this.house.active();
    const numbers = active.map(({ number }) => number);
    expect(await this.#mailbox.log()).toEqual(log);
    const held = await runInDurableObject(this.#mailbox, (_, { storage }) => ({
      devices: column(storage, "SELECT number AS value FROM device ORDER BY number"),
      envelopes: column(storage, "SELECT DISTINCT device AS value FROM envelope"),
    }));
    expect(held.devices).toEqual(numbers);
    for (const device of held.envelopes) expect(numbers).toContain(device);
    for (const { device, socket, isListening } of this.#connections) {
      if (numbers.includes(device.number)) await this.#checkOpen(socket, isListening);
      else await this.#checkEnded(socket, isListening);
    }
    this.#connections = this.#connections.filter(({ socket }) => !socket.isClosed);
  }

  async #checkOpen(socket: TestSocket, isListening: boolean): Promise<void> {
    await socket.ask(...(isListening ? [received(0)] : []));
    expect(socket.isClosed).toBe(false);
    if (!isListening) return;
    const heard = socket.told.findLast(({ type }) => type === "log" || type === "ready");
    expect(heard?.["length"] ?? heard?.["logLength"]).toBe(this.house.log.length);
  }

  async #checkEnded(socket: TestSocket, isListening: boolean): Promise<void> {
    // Whom an attempt that was away did not hear, it hears by the alarm.
    await vi.waitUntil(() => socket.isClosed, { timeout: 1_000 });
    if (!isListening) return;
    expect(socket.told.at(-1)?.type).toBe("deviceRemoved");
  }

  async settle(): Promise<void> {
    await this.alarm();
    await this.check();
    this.#drop(() => true);
    this.#annsSocket?.close();
  }

  #oneOf<Item>(items: readonly Item[], chosen: number): Item {
    return items[chosen % items.length] as Item;
  }
}

function column({ sql }: DurableObjectStorage, query: string): number[] {
  return sql
    .exec<{ value: number }>(query)
    .toArray()
    .map(({ value }) => value);
}
