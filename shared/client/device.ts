// This device's own identity: made once, kept in the store, and turned into sessions when needed.

import { toBase64Url } from "../core/crypto/bytes.ts";
import { solve } from "../core/crypto/proofOfWork.ts";
import {
  deviceIdOf,
  genesisBytes,
  type LoggedDevice,
  sessionTranscript,
  type VerifiedLog,
  verifyLog,
} from "../core/identity/deviceLog.ts";
import { type DeviceLog, deviceLogSchema, type Proof } from "../wire/auth.ts";
import type { Codec, Wire } from "../wire/codec/codec.ts";
import { ProblemError } from "../wire/problem.ts";
import type { RouteName } from "../wire/routes.ts";
import { type CallInput, type CallOutput, callRoute, fetched } from "./api.ts";
import { clearErased, ErasureMark } from "./erasureMark.ts";
import type { Ports } from "./ports.ts";
import {
  createDeviceKeys,
  type DeviceKeys,
  publicKeyBytes,
  type Store,
  type StoredIdentity,
} from "./store/store.ts";

const SESSION_MARGIN_MS = 30_000;

/** Kept from before the identity is, until its owner has written it down. */
interface StoredPhrase {
  readonly phrase: string;
}

const phraseId = (deviceId: string) => `recovery ${deviceId}`;
const registrationId = (origin: string) => `registered ${origin}`;

export class Device {
  readonly origin: string;
  /** Of its sockets' frames. */
  readonly codec: Codec;
  readonly log: DeviceLog;
  readonly identity: VerifiedLog;
  readonly self: LoggedDevice;
  readonly erasure: ErasureMark;
  readonly #ports: Ports;
  readonly #store: Store;
  readonly #keys: DeviceKeys;
  #session: { token: string; renewAt: number } | null = null;
  #renewal: Promise<string> | null = null;

  private constructor(
    origin: string,
    codec: Codec,
    ports: Ports,
    store: Store,
    keys: DeviceKeys,
    log: DeviceLog,
    identity: VerifiedLog,
    self: LoggedDevice,
  ) {
    this.origin = origin;
    this.codec = codec;
    this.#ports = ports;
    this.#store = store;
    this.#keys = keys;
    this.log = log;
    this.identity = identity;
    this.self = self;
    this.erasure = new ErasureMark(store, log);
  }

  /** The device in this store, made and registered if there is none yet. */
  static async open(
    origin: string,
    store: Store,
    ports: Ports,
    wire: Wire = "cbor",
  ): Promise<Device> {
    const { CODECS } = await fetched(import("../wire/codec/codecs.ts"));
    const { keys, log: storedLog } =
      (await store.loadIdentity()) ?? (await createIdentity(store, ports));
    const log = deviceLogSchema.parse(storedLog);
    const identity = verifyLog(log);
    const deviceId = deviceIdOf(await publicKeyBytes(keys.sign.publicKey));
    const self = identity?.devices.find((device) => device.deviceId === deviceId);
    if (identity === null || self === undefined) {
      throw new Error("The keys and the account in this store do not belong together.");
    }
    const device = new Device(origin, CODECS[wire], ports, store, keys, log, identity, self);
    await device.#register();
    return device;
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
    const stored = await this.#store.get<StoredPhrase>("device", phraseId(this.self.deviceId));
    return stored?.phrase ?? null;
  }

  forgetRecoveryPhrase(): Promise<void> {
    return this.#store.delete("device", phraseId(this.self.deviceId));
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
    const session = await callRoute(this.#ports, this.origin, "openSession", answer, null);
    // The server's clock may differ: what counts is how long the session lasts.
    const lifetimeMs = Math.min(15 * 60_000, Math.max(60_000, session.expiresAt - startedAt));
    this.#session = { token: session.token, renewAt: startedAt + lifetimeMs - SESSION_MARGIN_MS };
    return session.token;
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

/** The phrase is kept first, so that no identity is ever without one. */
async function createIdentity(store: Store, ports: Ports): Promise<StoredIdentity> {
  await clearErased(store);
  const { recoveryKeyOf, recoveryPhraseOf } = await fetched(
    import("../core/identity/recoveryPhrase.ts"), // once in a device's life, and heavy with words
  );
  const keys = await createDeviceKeys(store.keepsExtractableKeys);
  const signKey = await publicKeyBytes(keys.sign.publicKey);
  const phrase = recoveryPhraseOf(ports.random(16));
  const entry = {
    kind: "genesis" as const,
    signKey: toBase64Url(signKey),
    agreeKey: toBase64Url(await publicKeyBytes(keys.agree.publicKey)),
    recoveryKey: toBase64Url(recoveryKeyOf(phrase)),
    createdAt: ports.now(),
  };
  const signature = toBase64Url(await signWith(keys.sign.privateKey, genesisBytes(entry)));
  const log: DeviceLog = [{ ...entry, signature }];
  const id = phraseId(deviceIdOf(signKey));
  await store.put("device", id, { phrase } satisfies StoredPhrase);
  const kept = await store.adoptIdentity({ keys, log });
  if (JSON.stringify(kept.log) !== JSON.stringify(log)) await store.delete("device", id);
  return kept;
}

async function signWith(key: CryptoKey, message: Uint8Array): Promise<Uint8Array> {
  const bytes = message as Uint8Array<ArrayBuffer>;
  return new Uint8Array(await crypto.subtle.sign("Ed25519", key, bytes));
}
