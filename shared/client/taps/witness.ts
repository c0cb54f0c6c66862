// Verifies what the mailbox lists with proofs, by the device logs of both accounts: whoever it holds for is a contact as
// if this device had been there. A device that was there leaves its name and card to be sent, in the same write.

import type { VerifiedLog } from "../../core/identity/deviceLog.ts";
import { isComparedAtTable, verifyProof } from "../../core/tap/proofs.ts";
import { groupIdOf } from "../../core/tap/state.ts";
import type { UserId } from "../../wire/ids.ts";
import type { ContactProof, ContactRecord } from "../../wire/mailbox.ts";
import { ProblemError } from "../../wire/problem.ts";
import { ForkedLogError } from "../forkedLog.ts";
import { introduceTask, toDo } from "../handover/tasks.ts";
import type { MetContact } from "../metContact.ts";
import { isPassing } from "../passing.ts";
import { comparedTable } from "./comparedTables.ts";
import type { WitnessContext } from "./witnessDoor.ts";
import {
  isUndoneBy,
  type WitnessedContact,
  type WitnessedMethod,
  witnessedId,
  witnessedMethod,
} from "./witnessed.ts";

export class Witness {
  readonly #context: WitnessContext;
  readonly #isOver: () => boolean;

  /** @param isOver once the account is closed, and maybe erased: nothing is stored any more */
  constructor(context: WitnessContext, isOver: () => boolean) {
    this.#context = context;
    this.#isOver = isOver;
  }

  /**
   * Doing it again changes nothing.
   * @returns false when the proofs do not hold
   * @throws ConnectionError, ProblemError when the server cannot be asked now, or the other's mailbox knows of it not yet
   */
  async verify(userId: UserId): Promise<boolean> {
    const { store } = this.#context;
    const listed = await store.get<ContactRecord>("listings", userId);
    const known = await store.get<WitnessedContact>("settings", witnessedId(userId));
    const met = await store.get<MetContact>("contacts", userId);
    if (listed === null || (met !== null && met.method !== "link")) return true;
    const method = witnessedMethod(listed.method);
    const isUndone = known !== null && isUndoneBy(known, listed);
    if (method === null || listed.proofs === undefined) {
      if (isUndone) await this.#forget(userId);
      return true;
    }
    try {
      return await this.#witness(listed, method, isUndone ? null : known);
    } catch (error) {
      if (error instanceof ForkedLogError) return true; // an alarm; the next connection asks again
      throw error;
    }
  }

  async #witness(
    listed: ContactRecord,
    method: WitnessedMethod,
    known: WitnessedContact | null,
  ): Promise<boolean> {
    const { device, store, handover, listeners } = this.#context;
    const { userId, receiptHash } = listed;
    const peer = await this.#logOf(userId);
    const held = await this.#held(listed, method, peer);
    const proofs = held.map(({ proof }) => proof);
    // The time is that of the proof, whatever the mailbox lists.
    const metAt = held.find((one) => one.receiptHash === receiptHash)?.proof.at;
    if (metAt === undefined) return false;
    // What was made anew after it was removed has nothing of what was before.
    const before = known?.proofs.some((one) => proofs.some((proof) => isSame(one, proof)))
      ? known
      : null;
    const isPart = held.some(({ ownDevice }) => ownDevice === device.self.deviceId);
    const witnessed: WitnessedContact = {
      userId,
      method,
      metAt,
      receiptHash,
      proofs,
      isCompared: before?.isCompared === true || (await this.#isCompared(proofs, peer)),
      isIntroduced: before?.isIntroduced === true || isPart,
    };
    const now = await store.get<ContactRecord>("listings", userId);
    if (this.#isOver()) return true;
    if (now?.sequence !== listed.sequence) return true; // whatever is listed now is looked at next
    const owed = isPart && before?.isIntroduced !== true ? [toDo(introduceTask(userId))] : [];
    await store.apply([
      { collection: "settings", id: witnessedId(userId), value: witnessed },
      ...owed,
    ]);
    if (owed.length > 0) handover.look();
    listeners.tell({ event: "contacts" });
    return proofs.length === listed.proofs?.length;
  }

  /** @throws ForkedLogError, of which the app is told */
  async #logOf(userId: UserId): Promise<VerifiedLog> {
    const { logs, listeners } = this.#context;
    const wasForked = await logs.isForked(userId);
    return logs.refresh(userId).catch((error: unknown) => {
      const isNew = error instanceof ForkedLogError && !wasForked;
      if (isNew) listeners.tell({ event: "forked", userId });
      throw error;
    });
  }

  /** Those of the proofs that hold. */
  async #held({ proofs = [] }: ContactRecord, method: WitnessedMethod, peer: VerifiedLog) {
    const { device } = this.#context;
    const check = () =>
      proofs
        .filter((proof) => (proof.kind === "tap" ? "tap" : proof.via) === method)
        .flatMap((proof) => {
          const verified = verifyProof(proof, device.identity, peer);
          return verified === null ? [] : [{ proof, ...verified }];
        });
    const held = check();
    if (held.length === proofs.length) return held;
    await device.refreshLog(); // another device of this account may be new
    return check();
  }

  /** Only a table that a device of this account has confirmed counts: that all have, the server alone says. */
  async #isCompared(proofs: readonly ContactProof[], peer: VerifiedLog): Promise<boolean> {
    const { device, store } = this.#context;
    const { userId } = device.identity;
    for (const proof of proofs) {
      if (proof.kind !== "tap" || proof.isCompared !== true || proof.by === userId) continue;
      const kept = await comparedTable(store, proof);
      if (kept !== null && isComparedAtTable(kept, proof, device.identity, peer)) return true;
      try {
        const groupId = groupIdOf(proof.by, proof.tapId);
        const group = await device.call("group", { params: { groupId } });
        if (isComparedAtTable(group, proof, device.identity, peer)) return true;
      } catch (error) {
        if (!(error instanceof ProblemError) || isPassing(error)) throw error;
      }
    }
    return false;
  }

  async #forget(userId: UserId): Promise<void> {
    await this.#context.store.delete("settings", witnessedId(userId));
    this.#context.listeners.tell({ event: "contacts" });
  }
}

function isSame(one: ContactProof, other: ContactProof): boolean {
  return one.by === other.by && idOf(one) === idOf(other);
}

function idOf(proof: ContactProof): string {
  return proof.kind === "tap" ? `${proof.tapId} ${proof.ticket}` : proof.requestId;
}
