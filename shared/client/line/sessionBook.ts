// Sessions of two with the devices of others (docs/protocol.md, Sessions of two). Work is done in units: each
// reads states once, seals and opens, and says at its end what is to be stored before anything leaves.

import { fromBase64Url, toBase64Url } from "../../core/crypto/bytes.ts";
import { type PrekeyHeader, readHeader } from "../../core/crypto/boxHeader.ts";
import { publicKeyOf } from "../../core/crypto/diffieHellman.ts";
import type { Endpoints } from "../../core/crypto/endpoints.ts";
import {
  initiatorRoot,
  isPrekeySignedBy,
  type Party,
  responderRoot,
} from "../../core/crypto/prekeys.ts";
import { openBox, type OpenFailure, sealBox } from "../../core/crypto/ratchet.ts";
import {
  acknowledgeKey,
  type RatchetState,
  startAsInitiator,
  startAsResponder,
} from "../../core/crypto/ratchetState.ts";
import { openAmong } from "../../core/crypto/sessions.ts";
import { openTransient, sealTransient } from "../../core/crypto/transient.ts";
import type { BoxKind } from "../../core/crypto/boxHeader.ts";
import type { LoggedDevice } from "../../core/identity/deviceLog.ts";
import type { UserId } from "../../wire/ids.ts";
import type { PrekeyBundle } from "../../wire/line.ts";
import type { ContactBook } from "../contactBook.ts";
import type { Device } from "../device.ts";
import type { Ports } from "../ports.ts";
import type { Change, Store } from "../store/store.ts";
import type { PrekeyBox } from "./prekeyBox.ts";

/** Both sides may have begun at once, or one of them lost its memory; older ones are of no use. */
const SESSIONS_MAX = 5;
const PAIRING_BYTES = 8;

export interface PeerDevice extends LoggedDevice {
  readonly userId: UserId;
}

export interface Sealed {
  readonly box: string;
  readonly session: string;
  /** For {@link SessionWork.acknowledge} once the server stores it; null when it carries no key. */
  readonly keyEpoch: number | null;
}

export type Opening =
  | { readonly ok: true; readonly plaintext: Uint8Array }
  | { readonly ok: false; readonly reason: OpenFailure };

interface SessionContext {
  readonly device: Device;
  readonly ports: Ports;
  readonly store: Store;
  readonly contacts: ContactBook;
  readonly prekeys: PrekeyBox;
}

interface StoredSessions {
  /** The one that opened last comes first: it is sealed with. */
  readonly states: readonly RatchetState[];
}

export class SessionWork {
  readonly #context: SessionContext;
  readonly #states = new Map<string, readonly RatchetState[]>();
  readonly #changed = new Set<string>();
  readonly #spent: Change[] = [];

  constructor(context: SessionContext) {
    this.#context = context;
  }

  /** What is to be stored before a box leaves, or is acknowledged. */
  changes(): Change[] {
    const sessions = [...this.#changed].map((id): Change => {
      const value: StoredSessions = { states: this.#states.get(id) ?? [] };
      return { collection: "sessions", id, value };
    });
    return [...sessions, ...this.#spent];
  }

  async hasSession(peer: PeerDevice): Promise<boolean> {
    return (await this.#of(peer)).length > 0;
  }

  /**
   * Begins a session upon prekeys that were drawn. False when they are not the device's own.
   * @param isAfterLoss the last one could not be opened at one end: a pairing's key may be missing there, too
   */
  async begin(peer: PeerDevice, bundle: PrekeyBundle, isAfterLoss = false): Promise<boolean> {
    const { signed, oneTime } = bundle;
    const signedKey = fromBase64Url(signed.key);
    const prekey = { id: signed.id, key: signedKey, signature: fromBase64Url(signed.signature) };
    if (!isPrekeySignedBy(peer.signKey, prekey)) return false;
    const { device, ports } = this.#context;
    const dh1 = await device.agreeWith(signedKey);
    if (dh1 === null) return false;
    const ephemeralSecretKey = ports.random(32);
    const pairing = isAfterLoss ? null : await this.#pairing(peer);
    const root = initiatorRoot({
      parties: { initiator: this.#self(), responder: partyOf(peer) },
      dh1,
      ephemeralSecretKey,
      signedPrekey: signedKey,
      oneTimePrekey: oneTime === null ? null : fromBase64Url(oneTime.key),
      psk: pairing === null ? null : fromBase64Url(pairing.sessionKeys.own),
    });
    if (root === null) return false;
    const header: PrekeyHeader = {
      signedPrekeyId: signed.id,
      oneTimePrekeyId: oneTime?.id ?? null,
      ephemeralKey: publicKeyOf(ephemeralSecretKey),
      pairing: pairing && fromBase64Url(pairing.receiptHash).subarray(0, PAIRING_BYTES),
    };
    this.#put(peer, startAsInitiator(root, signedKey, header), await this.#of(peer));
    return true;
  }

  /** @throws Error when there is no session with that device */
  async seal(peer: PeerDevice, plaintext: Uint8Array, kind: BoxKind): Promise<Sealed> {
    const [state, ...others] = await this.#of(peer);
    if (state === undefined) throw new Error("There is no session with this device.");
    const random32 = this.#context.ports.random(32);
    const sealed = sealBox(state, { plaintext, kind, endpoints: this.#to(peer), random32 });
    this.#put(peer, sealed.state, others);
    const { keyEpoch } = sealed;
    return { box: toBase64Url(sealed.box), session: state.session, keyEpoch };
  }

  /** The server stores that box, and will deliver it: the key aboard need not travel again. */
  async acknowledge(peer: PeerDevice, { session, keyEpoch }: Sealed): Promise<void> {
    const states = await this.#of(peer);
    const state = states.find((one) => one.session === session);
    if (state === undefined || keyEpoch === null) return;
    const known = acknowledgeKey(state, keyEpoch);
    if (known === state) return;
    this.#set(
      peer,
      states.map((one) => (one === state ? known : one)),
    );
  }

  /** "replayed" is a repetition, to be passed over; whatever else fails is to be asked for again. */
  async open(peer: PeerDevice, box: Uint8Array): Promise<Opening> {
    const states = await this.#of(peer);
    const opened = openAmong(states, box, this.#from(peer));
    if (!opened.ok) return (await this.#openFirst(peer, box, states)) ?? opened;
    this.#set(peer, opened.states);
    return { ok: true, plaintext: opened.plaintext };
  }

  async sealTransient(peer: PeerDevice, plaintext: Uint8Array): Promise<string | null> {
    const [state] = await this.#of(peer);
    if (state === undefined) return null;
    const nonce24 = this.#context.ports.random(24);
    return toBase64Url(sealTransient(state, { plaintext, endpoints: this.#to(peer), nonce24 }));
  }

  async openTransient(peer: PeerDevice, box: Uint8Array): Promise<Uint8Array | null> {
    for (const state of await this.#of(peer)) {
      const plaintext = openTransient(state, box, this.#from(peer));
      if (plaintext !== null) return plaintext;
    }
    return null;
  }

  /** The first box of a session that the other device has begun; null when it is none. */
  async #openFirst(
    peer: PeerDevice,
    box: Uint8Array,
    states: readonly RatchetState[],
  ): Promise<Opening | null> {
    const prekey = readHeader(box)?.prekey ?? null;
    if (prekey === null) return null;
    const session = toBase64Url(prekey.ephemeralKey);
    if (states.some((state) => state.session === session)) return null;
    const started = await this.#respond(peer, prekey);
    if (started === null) return null;
    const opened = openBox(started, box, this.#from(peer));
    if (!opened.ok) return opened;
    this.#put(peer, opened.state, states);
    if (prekey.oneTimePrekeyId !== null) {
      this.#spent.push(this.#context.prekeys.spent(prekey.oneTimePrekeyId));
    }
    return { ok: true, plaintext: opened.plaintext };
  }

  async #respond(peer: PeerDevice, header: PrekeyHeader): Promise<RatchetState | null> {
    const { device, prekeys } = this.#context;
    const { signedPrekeyId, oneTimePrekeyId, ephemeralKey } = header;
    const signedPrekey = await prekeys.signed(signedPrekeyId);
    const oneTimePrekey = oneTimePrekeyId === null ? null : await prekeys.oneTime(oneTimePrekeyId);
    const isOneTimeMissing = oneTimePrekeyId !== null && oneTimePrekey === null;
    const pairing = header.pairing === null ? null : await this.#pairing(peer);
    const isPairingMissing =
      header.pairing !== null && !isSamePairing(pairing?.receiptHash, header.pairing);
    const dh2 = await device.agreeWith(ephemeralKey);
    if (signedPrekey === null || isOneTimeMissing || isPairingMissing || dh2 === null) return null;
    const root = responderRoot({
      parties: { initiator: partyOf(peer), responder: this.#self() },
      dh2,
      ephemeralKey,
      signedPrekey,
      oneTimePrekey,
      psk: pairing === null ? null : fromBase64Url(pairing.sessionKeys.peer),
    });
    return root && startAsResponder(root, signedPrekey, ephemeralKey);
  }

  /** Only the two devices that met hold its keys. */
  async #pairing({ userId, deviceId }: PeerDevice) {
    const pairing = await this.#context.contacts.pairingWith(userId);
    const isOurs = pairing?.ownDeviceId === this.#context.device.self.deviceId;
    return isOurs && pairing.peerDeviceId === deviceId ? pairing : null;
  }

  #self(): Party {
    const { identity, self } = this.#context.device;
    return partyOf({ ...self, userId: identity.userId });
  }

  #to(peer: PeerDevice): Endpoints {
    const { identity, self } = this.#context.device;
    return {
      fromUserId: identity.userId,
      fromDeviceId: self.deviceId,
      toUserId: peer.userId,
      toDeviceId: peer.deviceId,
    };
  }

  #from(peer: PeerDevice): Endpoints {
    const { fromUserId, fromDeviceId } = this.#to(peer);
    return {
      fromUserId: peer.userId,
      fromDeviceId: peer.deviceId,
      toUserId: fromUserId,
      toDeviceId: fromDeviceId,
    };
  }

  async #of(peer: PeerDevice): Promise<readonly RatchetState[]> {
    const id = sessionsId(peer);
    const known = this.#states.get(id);
    if (known !== undefined) return known;
    const stored = await this.#context.store.get<StoredSessions>("sessions", id);
    const states = stored?.states ?? [];
    this.#states.set(id, states);
    return states;
  }

  #put(peer: PeerDevice, first: RatchetState, others: readonly RatchetState[]): void {
    this.#set(peer, [first, ...others].slice(0, SESSIONS_MAX));
  }

  #set(peer: PeerDevice, states: readonly RatchetState[]): void {
    this.#states.set(sessionsId(peer), states);
    this.#changed.add(sessionsId(peer));
  }
}

function sessionsId({ userId, number }: PeerDevice): string {
  return `${userId}.${number}`;
}

function partyOf({ userId, deviceId, agreeKey }: PeerDevice): Party {
  return { userId, deviceId, identityKey: agreeKey };
}

function isSamePairing(receiptHash: string | undefined, pairing: Uint8Array): boolean {
  if (receiptHash === undefined) return false;
  const beginning = fromBase64Url(receiptHash).subarray(0, PAIRING_BYTES);
  return toBase64Url(beginning) === toBase64Url(pairing);
}
