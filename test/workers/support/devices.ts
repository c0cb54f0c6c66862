// An account of several devices, as its own devices see it: the log, the keys of each, and the entries to come. What
// the server makes of them is for the tests to see.

import { ed25519 } from "@noble/curves/ed25519.js";
import { toBase64Url } from "../../../shared/core/crypto/bytes.ts";
import { solve } from "../../../shared/core/crypto/proofOfWork.ts";
import {
  deviceIdOf,
  genesisBytes,
  type VerifiedLog,
  verifyLog,
} from "../../../shared/core/identity/deviceLog.ts";
import {
  appendAdd,
  appendRecovery,
  appendRemove,
} from "../../../shared/core/identity/logDrafts.ts";
import type {
  DeviceLog,
  LaterEntry,
  LogSigner,
  UpgradeRequest,
} from "../../../shared/wire/auth.ts";
import type { UserId } from "../../../shared/wire/ids.ts";
import type { Actor } from "../../../workers/auth/tokens.ts";
import { type Answer, randomBytes, randomText, request } from "./accounts.ts";
import { connect, type TestSocket } from "./sockets.ts";

export interface Member extends Actor {
  /** Its place in the log. */
  readonly number: number;
  readonly signKey: Uint8Array;
}

export class Household {
  readonly userId: UserId;
  /** Everyone who ever was in it, by number. */
  readonly members: Map<number, Member>;
  log: DeviceLog;
  #recoverySeed: Uint8Array;

  private constructor(
    userId: UserId,
    first: Iterable<readonly [number, Member]>,
    log: DeviceLog,
    seed: Uint8Array,
  ) {
    this.userId = userId;
    this.members = new Map(first);
    this.log = log;
    this.#recoverySeed = seed;
  }

  /** Known to no server. */
  static make(): Household {
    const [signKey, seed] = [randomBytes(32), randomBytes(32)];
    const entry = {
      kind: "genesis" as const,
      signKey: toBase64Url(ed25519.getPublicKey(signKey)),
      agreeKey: randomText(32),
      recoveryKey: toBase64Url(ed25519.getPublicKey(seed)),
      createdAt: Date.now(),
    };
    const signature = toBase64Url(ed25519.sign(genesisBytes(entry), signKey));
    const log: DeviceLog = [{ ...entry, signature }];
    const userId = verifyLog(log)?.userId as UserId;
    const house = new Household(userId, [], log, seed);
    house.#enter(0, signKey);
    return house;
  }

  /** Registered, with that many devices. */
  static async of(devices = 1): Promise<Household> {
    const house = Household.make();
    const { status } = await house.register();
    if (status !== 201) throw new Error("registering failed");
    for (let number = 1; number < devices; number++) await house.append(house.add());
    return house;
  }

  get verified(): VerifiedLog {
    const verified = verifyLog(this.log);
    if (verified === null) throw new Error("the log does not verify");
    return verified;
  }

  member(number: number): Member {
    const member = this.members.get(number);
    if (member === undefined) throw new Error(`there was no device ${number}`);
    return member;
  }

  active(): Member[] {
    return this.verified.devices.map(({ number }) => this.member(number));
  }

  /** A device more: the entry, which is in this log from now on. */
  add(by: LogSigner = this.#anyone()): LaterEntry {
    const signKey = randomBytes(32);
    const publicKey = ed25519.getPublicKey(signKey);
    const keys = { signKey: publicKey, agreeKey: randomBytes(32) };
    const draft = appendAdd(this.verified, { ...keys, by, createdAt: Date.now() });
    if (!draft.ok) throw new Error(draft.reason);
    const possession = ed25519.sign(draft.bytes, signKey);
    this.#enter(this.log.length, signKey);
    return this.#grow(draft.finish(this.#sign(by, draft.bytes), possession));
  }

  remove(device: number, by: LogSigner = this.#anyone()): LaterEntry {
    const draft = appendRemove(this.verified, { device, by, createdAt: Date.now() });
    if (!draft.ok) throw new Error(draft.reason);
    return this.#grow(draft.finish(this.#sign(by, draft.bytes)));
  }

  changeRecovery(by: LogSigner = this.#anyone()): LaterEntry {
    const seed = randomBytes(32);
    const recoveryKey = ed25519.getPublicKey(seed);
    const draft = appendRecovery(this.verified, { recoveryKey, by, createdAt: Date.now() });
    if (!draft.ok) throw new Error(draft.reason);
    const entry = draft.finish(this.#sign(by, draft.bytes));
    this.#recoverySeed = seed;
    return this.#grow(entry);
  }

  /** The same account on another path: what comes here, this one does not know. */
  fork(): Household {
    return new Household(this.userId, this.members, this.log, this.#recoverySeed);
  }

  async register(): Promise<Answer> {
    return request("POST", "/v1/accounts", { body: { log: this.log } });
  }

  /** Brought by the first device that is active, unless somebody else does. */
  async append(...entries: LaterEntry[]): Promise<Answer> {
    return this.appendAs(this.active()[0] as Actor, ...entries);
  }

  async appendAs(actor: Actor, ...entries: LaterEntry[]): Promise<Answer> {
    return request("POST", `/v1/accounts/${this.userId}/entries`, { actor, body: { entries } });
  }

  #anyone(): number {
    return this.verified.devices[0]?.number ?? 0;
  }

  #sign(by: LogSigner, bytes: Uint8Array): Uint8Array {
    return ed25519.sign(bytes, by === "recovery" ? this.#recoverySeed : this.member(by).signKey);
  }

  #grow(entry: LaterEntry): LaterEntry {
    this.log = [...this.log, entry];
    return entry;
  }

  #enter(number: number, signKey: Uint8Array): void {
    const deviceId = deviceIdOf(ed25519.getPublicKey(signKey));
    this.members.set(number, { userId: this.userId, deviceId, number, signKey });
  }
}

/** Device 1 is removed by device 0. */
export async function removeSecond(house: Household): Promise<void> {
  const answer = await house.appendAs(house.member(0), house.remove(1, 0));
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
}

/** A token as a device asks for it, work included. */
export async function askToken(
  actor: Actor,
  wish: UpgradeRequest,
): Promise<{ path: string; token: string; locator: string }> {
  const ask = (body: object) => request("POST", "/v1/upgrade-tokens", { actor, body });
  let answer = await ask(wish);
  if (answer.status === 428) {
    const { challenge, bits } = answer.body.work;
    answer = await ask({ ...wish, proof: { challenge, solution: await solve(challenge, bits) } });
  }
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return answer.body;
}

/** A socket as a device opens it. */
export async function openSocket(actor: Actor, wish: UpgradeRequest): Promise<TestSocket> {
  const { path, token } = await askToken(actor, wish);
  return connect(path, token);
}

/** Resolves once all are closed; fails after a second. */
export async function closedWithinASecond(sockets: readonly TestSocket[]): Promise<void> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error("a socket is open after a second")), 1_000);
  });
  await Promise.race([Promise.all(sockets.map(({ closed }) => closed)), late]);
}
