// Comparing a safety phrase with a contact, at any time: whether both ends see the same keys. What was compared
// stays known, so that a change since then is shown for what it is.

import { fromBase64Url, toBase64Url } from "../../core/crypto/bytes.ts";
import { compareLogs, type VerifiedLog } from "../../core/identity/deviceLog.ts";
import { safetyPhrase } from "../../core/identity/safetyPhrase.ts";
import { DEFAULT_TAG } from "../../core/pairing/code.ts";
import type { WordListTag } from "../../core/pairing/words.ts";
import type { UserId } from "../../wire/ids.ts";
import { ProblemError } from "../../wire/problem.ts";
import { ConnectionError } from "../connectionError.ts";
import { loadWords } from "../codes.ts";
import { comparedId } from "../contactSettings.ts";
import type { Device } from "../device.ts";
import type { Ports } from "../ports.ts";
import type { Store } from "../store/store.ts";
import { ForkedLogError } from "../forkedLog.ts";
import type { AccountLogs } from "./accountLogs.ts";

interface Compared extends Seen {
  readonly at: number;
  /** Of this account, whose devices the words stand for as well. */
  readonly own: Seen;
}

/** A log as the words stood for it. */
interface Seen {
  readonly head: string;
  readonly length: number;
}

/**
 * `changed`: devices were added or removed since, on either side, by the account's own signature, which is no
 * alarm: the words are others now.
 * `forked`: the keys are others than those known before, which is one.
 */
export type Comparison =
  | { readonly state: "never" }
  | { readonly state: "same" | "changed" | "forked"; readonly comparedAt: number | null };

interface VerificationContext {
  readonly device: Device;
  readonly ports: Ports;
  readonly store: Store;
  readonly logs: AccountLogs;
}

export class Verification {
  readonly #context: VerificationContext;
  readonly #compared: () => void;
  /** What the words that were shown last stand for: this, and nothing newer, is what people compare. */
  readonly #shown = new Map<string, { readonly own: VerifiedLog; readonly theirs: VerifiedLog }>();

  /** @param compared told once words have been */
  constructor(context: VerificationContext, compared: () => void = () => {}) {
    this.#context = context;
    this.#compared = compared;
  }

  /**
   * Twelve words, the same on the contact's device. Asks the server for the contact's newest devices.
   * @param tag of the list that the words are taken from; both have to take the same one
   * @throws ForkedLogError when the contact's keys are not those known before
   * @throws ProblemError `not-a-contact` when the contact does not have this account as one
   * @throws ConnectionError, RangeError for a tag that no list has
   */
  async phrase(userId: string, tag: WordListTag = DEFAULT_TAG): Promise<string[]> {
    const { device, logs } = this.#context;
    this.#shown.delete(userId);
    const [{ words }, theirs] = await Promise.all([loadWords(tag), logs.refresh(userId as UserId)]);
    const own = device.identity;
    this.#shown.set(userId, { own, theirs });
    return safetyPhrase(own, theirs).map((index) => words[index] ?? "");
  }

  /** Both have read out the same words. @throws Error when {@link phrase} has not shown any */
  async confirm(userId: string): Promise<void> {
    const { ports, store } = this.#context;
    const shown = this.#shown.get(userId);
    if (shown === undefined) throw new Error("No safety phrase was shown that could be compared.");
    const { own, theirs } = shown;
    const compared: Compared = { at: ports.now(), ...seen(theirs), own: seen(own) };
    await store.put("settings", comparedId(userId), compared);
    this.#compared();
  }

  /**
   * Whether words were compared with that account, and it still has its keys: what it has signed since for devices
   * that came or went takes nothing away from who it is.
   */
  async isCompared(userId: string): Promise<boolean> {
    const { store } = this.#context;
    if ((await store.get("settings", comparedId(userId))) === null) return false;
    return ["same", "changed"].includes((await this.state(userId)).state);
  }

  /** What has become of it since, as far as this device knows. */
  async state(userId: string): Promise<Comparison> {
    const { device, store, logs } = this.#context;
    const compared = await store.get<Compared>("settings", comparedId(userId));
    const comparedAt = compared?.at ?? null;
    if (await logs.isForked(userId as UserId)) return { state: "forked", comparedAt };
    if (compared === null) return { state: "never" };
    const relation = since(compared, await logs.of(userId as UserId));
    if (relation === "fork") return { state: "forked", comparedAt };
    const isChanged = relation === "extends" || since(compared.own, device.identity) === "extends";
    return { state: isChanged ? "changed" : "same", comparedAt };
  }

  /** {@link state}, once the server has been asked for the contact's newest devices, where it tells them. */
  async latestState(userId: string): Promise<Comparison> {
    try {
      await this.#context.logs.refresh(userId as UserId);
    } catch (error) {
      const isKnown = error instanceof ForkedLogError || error instanceof ProblemError;
      if (!isKnown && !(error instanceof ConnectionError)) throw error;
    }
    return this.state(userId);
  }
}

function seen({ head, length }: VerifiedLog): Seen {
  return { head: toBase64Url(head), length };
}

function since({ head, length }: Seen, now: VerifiedLog) {
  return compareLogs({ head: fromBase64Url(head), length }, now);
}
