// This device's own identity: made once, kept in the store, and turned into sessions when needed.

import { equalBytes, toBase64Url } from "../core/crypto/bytes.ts";
import { solve } from "../core/crypto/proofOfWork.ts";
import {
  deviceIdOf,
  type LoggedDevice,
  sessionTranscript,
  type VerifiedLog,
} from "../core/identity/deviceLog.ts";
import type { DeviceLog, Proof } from "../wire/auth.ts";
import type { Codec, Wire } from "../wire/codec/codec.ts";
import { CODECS } from "../wire/codec/codecs.ts";
import { ProblemError } from "../wire/problem.ts";
import type { RouteName } from "../wire/routes.ts";
import { type CallInput, type CallOutput, callRoute } from "./api.ts";
import { fetched } from "./connectionError.ts";
import { MOVE } from "./devices/move.ts";
import { ErasureMark } from "./erasureMark.ts";
import { ForkedLogError } from "./forkedLog.ts";
import { createIdentity, forgetPhrase, keptPhrase, signWith } from "./newIdentity.ts";
import { OwnLog } from "./ownLog.ts";
import type { Ports } from "./ports.ts";
import { type DeviceKeys, publicKeyBytes, type Store } from "./store/store.ts";

const SESSION_MARGIN_MS = 30_000;

const registrationId = (origin: string) => `registered ${origin}`;

export class Device {
  readonly origin: string;
  /** Of its sockets' frames. */
  readonly codec: Codec;
  readonly self: LoggedDevice;
  readonly erasure: ErasureMark;
  /** Told when the account's log has grown. */
  onLog: () => void = () => {};
  readonly #ports: Ports;
  readonly #store: Store;
  readonly #keys: DeviceKeys;
  readonly #own: OwnLog;
  #session: { token: string; renewAt: number } | null = null;
  #renewal: Promise<string> | null = null;

  private constructor(
    origin: string,
    codec: Codec,
    ports: Ports,
    store: Store,
    keys: DeviceKeys,
    begun: unknown,
    own: OwnLog,
    self: LoggedDevice,
  ) {
    this.origin = origin;
    this.codec = codec;
    this.#ports = ports;
    this.#store = store;
    this.#keys = keys;
    this.#own = own;
    this.self = self;
    this.erasure = new ErasureMark(store, begun);
  }

  /** Of the account, as this device has verified it last. */
  get log(): DeviceLog {
    return this.#own.log;
  }

  get identity(): VerifiedLog {
    return this.#own.verified;
  }

  /** The device in this store, made and registered if there is none yet. */
  static async open(
    origin: string,
    store: Store,
    ports: Ports,
    wire: Wire = "cbor",
  ): Promise<Device> {
    const { keys, log: begun } =
      (await store.loadIdentity()) ?? (await createIdentity(store, ports));
    const own = await OwnLog.open(store, begun);
    const deviceId = deviceIdOf(await publicKeyBytes(keys.sign.publicKey));
    const isSelf = (device: LoggedDevice) => device.deviceId === deviceId;
    const self = own?.verified.devices.find(isSelf) ?? own?.verified.removed.find(isSelf);
    if (own === null || self === undefined) {
      throw new Error("The keys and the account in this store do not belong together.");
    }
    const device = new Device(origin, CODECS[wire], ports, store, keys, begun, own, self);
    if ((await store.get("device", MOVE)) !== null) {
      const { finishMove } = await fetched(import("./devices/adoption.ts"));
      await finishMove(device, ports, store, keys);
      return Device.open(origin, store, ports, wire);
    }
    await device.#register();
    return device;
  }

  /** What another tab or process has learnt of the account's log. */
  async lookAtLog(): Promise<void> {
    if (await this.#own.look()) this.onLog();
  }

  /**
   * Takes over a log of this account, wherever it came from. True when it tells more than was known.
   * @throws ForkedLogError when it contradicts the one known
   * @throws AccountErased when it lists this device as removed
   */
  async learnLog(log: DeviceLog): Promise<boolean> {
    const { recoveryKey } = this.identity;
    const isNews = await this.#own.learn(log);
    // Another phrase restores the account now.
    if (!equalBytes(recoveryKey, this.identity.recoveryKey)) await this.forgetRecoveryPhrase();
    const { number } = this.self;
    const isActive = this.identity.devices.some((device) => device.number === number);
    if (!isActive) await this.erasure.putRemoved();
    if (isNews) this.onLog();
    return isNews;
  }

  /** Asks the server what has been added. @throws as {@link learnLog} */
  async refreshLog(): Promise<VerifiedLog> {
    const params = { userId: this.identity.userId };
    const { log } = await this.call("accountLog", { params });
    await this.learnLog(log);
    return this.identity;
  }

  async sign(message: Uint8Array): Promise<Uint8Array> {
    return signWith(this.#keys.sign.privateKey, message);
  }

  /**
   * 32 bytes that only this device's keys can make, the same each time. No signature would do: those of
   * WebKit differ from one to the next.
   */
  async ownSecret(): Promise<Uint8Array> {
    return this.#agreeWith(this.#keys.agree.publicKey);
  }

  /** X25519 with this device's agreement key (RFC 7748). Null for a public key of low order. */
  async agreeWith(publicKey: Uint8Array): Promise<Uint8Array | null> {
    try {
      const bytes = publicKey as Uint8Array<ArrayBuffer>;
      return await this.#agreeWith(await crypto.subtle.importKey("raw", bytes, "X25519", true, []));
    } catch {
      return null;
    }
  }

  async #agreeWith(publicKey: CryptoKey): Promise<Uint8Array> {
    const { privateKey } = this.#keys.agree;
    const algorithm = { name: "X25519", public: publicKey };
    return new Uint8Array(await crypto.subtle.deriveBits(algorithm, privateKey, 256));
  }

  async recoveryPhrase(): Promise<string | null> {
    return (await keptPhrase(this.#store, this.self.deviceId))?.phrase ?? null;
  }

  forgetRecoveryPhrase(): Promise<void> {
    return forgetPhrase(this.#store, this.self.deviceId);
  }

  /** A call in this account's name. A session that the server no longer takes is renewed once. */
  async call<Name extends RouteName>(
    name: Name,
    input: CallInput<Name>,
  ): Promise<CallOutput<Name>> {
    const token = await this.#sessionToken();
    try {
      return await callRoute(this.#ports, this.origin, name, input, token);
    } catch (error) {
      if (!(error instanceof ProblemError) || error.code !== "unauthenticated") throw error;
      if (this.#session?.token === token) this.#session = null;
      const renewed = await this.#sessionToken();
      return callRoute(this.#ports, this.origin, name, input, renewed);
    }
  }

  async #sessionToken(): Promise<string> {
    if (this.#session !== null && this.#ports.now() < this.#session.renewAt) {
      return this.#session.token;
    }
    this.#renewal ??= this.#openOrRegister().finally(() => {
      this.#renewal = null;
    });
    return this.#renewal;
  }

  /** A server that has lost the account, as a wiped local one has, is told of it again, unless it was erased. */
  async #openOrRegister(): Promise<string> {
    try {
      return await this.#openSession();
    } catch (error) {
      if (!(error instanceof ProblemError) || error.code !== "unauthenticated") throw error;
      await this.erasure.check();
      await this.#store.delete("device", registrationId(this.origin));
      await this.#register();
      return this.#openSession();
    }
  }

  async #openSession(): Promise<string> {
    const { userId } = this.identity;
    const { deviceId } = this.self;
    const body = { userId, deviceId };
    const { challenge } = await callRoute(this.#ports, this.origin, "challenge", { body }, null);
    const signature = toBase64Url(await this.sign(sessionTranscript(this.origin, challenge)));
    const answer = { body: { challenge, signature } };
    const startedAt = this.#ports.now();
    const opening = callRoute(this.#ports, this.origin, "openSession", answer, null);
    const session = await opening.catch((error: unknown) => this.#whyRefused(error));
    // The server's clock may differ: what counts is how long the session lasts.
    const lifetimeMs = Math.min(15 * 60_000, Math.max(60_000, session.expiresAt - startedAt));
    this.#session = { token: session.token, renewAt: startedAt + lifetimeMs - SESSION_MARGIN_MS };
    return session.token;
  }

  /** That it was removed this device believes the account's own signature alone. */
  async #whyRefused(error: unknown): Promise<never> {
    const log = error instanceof ProblemError ? error.problem.log : undefined;
    if (log === undefined) throw error;
    await this.learnLog(log).catch((fault: unknown) => {
      if (!(fault instanceof ForkedLogError)) throw fault;
    });
    throw error;
  }

  /** Once an origin. */
  async #register(): Promise<void> {
    const id = registrationId(this.origin);
    if ((await this.#store.get("device", id)) !== null) return;
    // Only now: whoever erases deletes the identity before the registration.
    await this.erasure.check();
    await withWork((proof) => {
      const body = { log: this.log, ...(proof !== undefined && { proof }) };
      return callRoute(this.#ports, this.origin, "register", { body }, null);
    });
    const phrase = await keptPhrase(this.#store, this.self.deviceId);
    if (phrase !== null) {
      const body = { recoveryId: phrase.recoveryId };
      const token = await this.#openSession();
      await callRoute(this.#ports, this.origin, "listRecovery", { body }, token);
    }
    await this.#store.put("device", id, { registeredAt: this.#ports.now() });
  }
}

/** Makes a call, and once more with the proof of work that the server asks for. */
export async function withWork<Value>(
  call: (proof: Proof | undefined) => Promise<Value>,
): Promise<Value> {
  try {
    return await call(undefined);
  } catch (error) {
    const work = error instanceof ProblemError ? error.problem.work : undefined;
    if (work === undefined) throw error;
    return call({ challenge: work.challenge, solution: await solve(work.challenge, work.bits) });
  }
}
