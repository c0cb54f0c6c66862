// TAP-2, TAP-3: what the mailbox of the one who showed a ticket decides, and remembers of it.

import { describe, expect, test } from "vitest";
import { toBase64Url } from "../../../shared/core/crypto/bytes.ts";
import {
  committed,
  type ContactStanding,
  undone,
} from "../../../shared/core/mailbox/contactStanding.ts";
import {
  forgetBy,
  heardTable,
  NO_TAPS,
  openTables,
  pruned,
  spend,
  type SpendFacts,
  type SpendRequest,
  tapCommit,
  type TapMemory,
} from "../../../shared/core/mailbox/spentTickets.ts";
import type { Tap } from "../../../shared/wire/tap.ts";
import { NOW, person, tapIdOf, ticketOf } from "./world.ts";

const ANN = person(0);
const BEN = person(1);
const CEM = person(2);
const OPEN: SpendFacts = { hasDevice: true, isBlocked: false, standing: null };
const KEPT_MS = 600_000;

function request(by = ANN, serial = 1, more: Partial<SpendRequest> = {}, at = NOW): SpendRequest {
  return {
    owner: BEN.userId,
    device: BEN.deviceId,
    nonce: toBase64Url(new Uint8Array(16).fill(serial)),
    proof: {
      kind: "tap",
      tapId: tapIdOf(1),
      by: by.userId,
      device: by.deviceId,
      ticket: ticketOf(BEN, serial).ticket,
      signature: toBase64Url(new Uint8Array(64)),
      at,
    },
    isMemoryOnly: false,
    isBlockedByInitiator: false,
    isHeld: false,
    ...more,
  };
}

function named(tapId: string, of = request()): SpendRequest {
  return { ...of, proof: { ...of.proof, tapId } };
}

function outcome(memory: TapMemory, of: SpendRequest, facts: SpendFacts = OPEN, now = NOW) {
  return spend(memory, of, facts, now).answer.outcome;
}

describe("a ticket", () => {
  test("TAP-2: is spent together with the contact", () => {
    const { answer, memory, commit } = spend(NO_TAPS, request(), OPEN, NOW);
    expect(answer).toEqual({ outcome: "established", tapId: tapIdOf(1), at: NOW });
    expect(memory.spent).toHaveLength(1);
    expect(commit).toEqual(tapCommit(BEN.userId, ANN.userId, request().proof));
  });

  test("TAP-3: revoked, blocked, replayed, already, established: the first that applies", () => {
    const { memory } = spend(NO_TAPS, request(CEM), OPEN, NOW);
    const met = committed(null, {
      ...tapCommit(BEN.userId, ANN.userId, request(ANN, 9).proof),
    });
    const all = { hasDevice: false, isBlocked: true, standing: met };
    expect(outcome(memory, request(), all)).toBe("revoked");
    expect(outcome(memory, request(), { ...all, hasDevice: true })).toBe("blocked");
    const isBlockedByInitiator = true;
    expect(outcome(memory, request(ANN, 1, { isBlockedByInitiator }))).toBe("blocked");
    expect(outcome(memory, request(), { ...OPEN, standing: met })).toBe("replayed");
    expect(outcome(NO_TAPS, request(), { ...OPEN, standing: met })).toBe("already");
    expect(outcome(NO_TAPS, request())).toBe("established");
    const refused = spend(memory, request(), all, NOW);
    expect(refused.memory).toBe(memory);
    expect(refused.commit).toBeNull();
  });

  test("TAP-3: who is contact by a stronger method is so already, by a badge or a link not", () => {
    const by = (method: "key" | "badge" | "link"): ContactStanding | null =>
      committed(null, {
        owner: BEN.userId,
        peer: ANN.userId,
        method,
        metAt: NOW - 5,
        receiptHash: "x",
      });
    expect(outcome(NO_TAPS, request(), { ...OPEN, standing: by("key") })).toBe("already");
    expect(outcome(NO_TAPS, request(), { ...OPEN, standing: by("badge") })).toBe("established");
    expect(outcome(NO_TAPS, request(), { ...OPEN, standing: by("link") })).toBe("established");
  });

  test("TAP-3: the same initiator hears the same again, before all else", () => {
    const { memory } = spend(NO_TAPS, request(), OPEN, NOW);
    const closed = { hasDevice: false, isBlocked: true, standing: null };
    for (const again of [request(), named(tapIdOf(2)), request(ANN, 1, { isMemoryOnly: true })]) {
      const { answer, memory: next, commit } = spend(memory, again, closed, NOW + 9);
      expect(answer).toEqual({ outcome: "established", tapId: tapIdOf(1), at: NOW });
      expect(next).toBe(memory);
      expect(commit).toBeNull();
    }
    expect(outcome(memory, request(CEM, 1, { isMemoryOnly: true }))).toBe("expired");
    expect(outcome(NO_TAPS, request(ANN, 1, { isMemoryOnly: true }))).toBe("expired");
  });

  test("TAP-5: what one table has held is for no other submission, nor the other way round", () => {
    const isHeld = true;
    const held = spend(NO_TAPS, request(ANN, 1, { isHeld }), OPEN, NOW);
    expect(held.commit).toBeNull();
    expect(outcome(held.memory, request(ANN, 1, { isHeld }))).toBe("established");
    expect(outcome(held.memory, named(tapIdOf(2)))).toBe("replayed");
    const { memory } = spend(NO_TAPS, request(), OPEN, NOW);
    expect(outcome(memory, named(tapIdOf(2), request(ANN, 1, { isHeld })))).toBe("replayed");
  });

  test("TAP-6: an answer that was lost is the same after the memory has faded", () => {
    const { commit } = spend(NO_TAPS, request(), OPEN, NOW);
    if (commit === null) throw new Error("no contact");
    const facts = { ...OPEN, standing: committed(null, commit) };
    expect(outcome(NO_TAPS, request(), facts, NOW + KEPT_MS)).toBe("established");
  });

  test("TAP-6: an answer that was lost is the same, though the two have parted since the memory has faded", () => {
    const { commit, memory } = spend(NO_TAPS, request(), OPEN, NOW);
    if (commit === null) throw new Error("no contact");
    const standing = committed(null, commit);
    const facts = { hasDevice: false, isBlocked: true, standing };
    expect(outcome(memory, request(), facts, NOW + KEPT_MS)).toBe("established");
    expect(outcome(memory, request(ANN, 1, { isMemoryOnly: true }), facts, NOW + KEPT_MS)).toBe(
      "expired",
    );
  });

  test("TAP-7: a touch that is undone before it arrives comes too late", () => {
    const undo = { peer: ANN.userId, receiptHash: "x", after: NOW - KEPT_MS, until: NOW };
    const facts = { ...OPEN, standing: undone(null, undo) };
    const { answer, memory, commit } = spend(NO_TAPS, request(), facts, NOW);
    expect(answer.outcome).toBe("expired");
    expect(memory).toBe(NO_TAPS);
    expect(commit).toBeNull();
    expect(outcome(NO_TAPS, request(ANN, 1, {}, NOW + 1), facts)).toBe("established");
  });

  test("TAP-2: is remembered for ten minutes, and no more than a thousand are", () => {
    let memory = spend(NO_TAPS, request(), OPEN, NOW).memory;
    expect(forgetBy(NO_TAPS)).toBeNull();
    expect(forgetBy(memory)).toBe(NOW + 3_600_000);
    const again = request(ANN, 1, { isMemoryOnly: true });
    expect(outcome(memory, again, OPEN, NOW + KEPT_MS - 1)).toBe("established");
    expect(outcome(memory, again, OPEN, NOW + KEPT_MS)).toBe("expired");
    expect(pruned(memory, NOW + KEPT_MS - 1)).toBe(memory);
    expect(pruned(memory, NOW + KEPT_MS).spent).toEqual([]);
    const later = spend(memory, request(CEM, 2, {}, NOW + KEPT_MS), OPEN, NOW + KEPT_MS);
    expect(later.memory.spent.map(({ by }) => by)).toEqual([CEM.userId]);
    for (let serial = 0; serial < 1_200; serial++) {
      const nonce = `nonce ${serial}`;
      memory = spend(memory, request(ANN, 1, { nonce }), OPEN, NOW).memory;
    }
    expect(memory.spent).toHaveLength(1_000);
    expect(memory.spent.at(-1)?.nonce).toBe("nonce 1199");
  });
});

describe("news of a table", () => {
  const tap = (at: Tap["at"], by = ANN): Tap => ({
    tapId: tapIdOf(1),
    by: by.userId,
    at,
    submittedAt: NOW,
    until: NOW + 1,
    undone: [],
    groupId: null,
    table: null,
    now: NOW,
  });

  test("TAP-5: is for those who hold a ticket of it, until it is over", () => {
    const { memory } = spend(NO_TAPS, request(ANN, 1, { isHeld: true }), OPEN, NOW);
    expect(openTables(memory, NOW)).toHaveLength(1);
    expect(openTables(memory, NOW + KEPT_MS)).toEqual([]);
    expect(heardTable(memory, BEN.userId, tap("revealing"), NOW)).toEqual({
      isToTell: true,
      memory,
    });
    const over = heardTable(memory, BEN.userId, tap("aborted"), NOW);
    expect(over.isToTell).toBe(true);
    expect(openTables(over.memory, NOW)).toEqual([]);
    expect(heardTable(over.memory, BEN.userId, tap("aborted"), NOW).isToTell).toBe(false);
    expect(heardTable(NO_TAPS, BEN.userId, tap("comparing"), NOW)).toEqual({
      isToTell: false,
      memory: NO_TAPS,
    });
  });

  test("TAP-5: is for the initiator's devices from the first on", () => {
    const { isToTell, memory } = heardTable(NO_TAPS, ANN.userId, tap("revealing"), NOW);
    expect(isToTell).toBe(true);
    expect(heardTable(memory, ANN.userId, tap("comparing"), NOW).memory).toBe(memory);
    expect(heardTable(memory, ANN.userId, tap("settled"), NOW)).toEqual({
      isToTell: true,
      memory: NO_TAPS,
    });
  });
});
