import { describe, expect, test } from "vitest";
import { readHeader } from "../../shared/core/crypto/boxHeader.ts";
import { concat, toBase64Url, utf8 } from "../../shared/core/crypto/bytes.ts";
import type { Endpoints } from "../../shared/core/crypto/endpoints.ts";
import { openBox, sealBox } from "../../shared/core/crypto/ratchet.ts";
import { acknowledgeKey } from "../../shared/core/crypto/ratchetState.ts";
import { openTransient, sealTransient } from "../../shared/core/crypto/transient.ts";
import {
  flipped,
  freshSession,
  openAt,
  runningSession,
  say,
  sealFrom,
  type SessionOfTwo,
} from "./ratchetPair.ts";

/** Thousands of steps: seconds, and more of them on a busy machine. */
const SLOW_MILLISECONDS = 120_000;

/** What a box costs beyond its text, padded to 32 bytes. */
const overheadOf = (box: Uint8Array) => box.length - 32;

/** The server has stored a box with the key of that side's newest chain. */
function acknowledge(session: SessionOfTwo, side: "a" | "b"): void {
  session[side] = acknowledgeKey(session[side], session[side].sending!.epoch);
}

function expectRefused(session: SessionOfTwo, side: "a" | "b", box: Uint8Array, reason: string) {
  const before = structuredClone(session[side]);
  const endpoints = side === "a" ? session.bToA : session.aToB;
  expect(openBox(session[side], box, endpoints)).toEqual({ ok: false, reason });
  expect(session[side]).toEqual(before);
}

describe("BOX-1 what a box costs", () => {
  test("is 21 bytes in a burst, 33 more with the ratchet key, and 23 far into it", () => {
    const session = runningSession("sizes");
    expect(overheadOf(say(session, "a", "turns"))).toBe(16 + 5 + 33);
    acknowledge(session, "a");
    expect(overheadOf(say(session, "a", "goes on"))).toBe(16 + 5);
    for (let n = 2; n < 128; n++) sealFrom(session, "a", "lost");
    expect(overheadOf(say(session, "a", "the 129th"))).toBe(16 + 6);
    say(session, "b", "turns");
    expect(overheadOf(say(session, "a", "turns, from a chain of 129"))).toBe(16 + 5 + 34);
    acknowledge(session, "a");
    const sending = { ...session.a.sending!, epoch: 128, n: 128 };
    const far = sealBox(
      { ...session.a, sending },
      {
        plaintext: utf8("far"),
        kind: "control",
        endpoints: session.aToB,
        random32: session.random(),
      },
    );
    expect(overheadOf(far.box)).toBe(16 + 7);
  });

  test("grows with the text in steps of 32 bytes", () => {
    const session = runningSession("steps");
    const sizes = [0, 31, 32, 63, 64].map((length) => say(session, "a", "x".repeat(length)).length);
    expect(sizes.map((size) => size - sizes[0]!)).toEqual([0, 0, 32, 32, 64]);
  });

  test("includes prekeys until an answer has opened, and with them always the ratchet key", () => {
    const session = freshSession("prekeys");
    expect(overheadOf(say(session, "a", "first"))).toBe(16 + 5 + 33 + 35);
    acknowledge(session, "a");
    const unanswered = say(session, "a", "second");
    expect(overheadOf(unanswered)).toBe(16 + 5 + 33 + 35);
    const { prekey, ratchetKey } = readHeader(unanswered)!;
    expect(toBase64Url(prekey!.ephemeralKey)).toBe(session.b.session);
    expect(ratchetKey).not.toBeNull();
    say(session, "b", "answer", "control");
    expect(session.a.prekey).toBeNull();
    expect(overheadOf(say(session, "a", "third", "control"))).toBe(16 + 5);
  });
});

describe("BOX-1 ratchet keys", () => {
  test("are made once for a burst, anew after an answer, and never for a receipt", () => {
    const session = freshSession("turns");
    const epochs = [
      ["a", "conversation", 0],
      ["a", "conversation", 0],
      ["b", "control", 0],
      ["b", "conversation", 0],
      ["a", "control", 0],
      ["a", "conversation", 1],
      ["a", "conversation", 1],
      ["b", "control", 0],
      ["b", "conversation", 1],
      ["a", "control", 1],
      ["b", "conversation", 1],
    ] as const;
    for (const [i, [side, kind, epoch]] of epochs.entries()) {
      const header = readHeader(say(session, side, `box ${i}`, kind));
      expect(header).toMatchObject({ kind, epoch });
    }
  });

  test("travel until the server has stored one of their boxes, or the peer has answered to them", () => {
    const session = runningSession("economy");
    const carriesKey = (box: Uint8Array) => readHeader(box)!.ratchetKey !== null;
    expect(carriesKey(sealFrom(session, "a", "lost"))).toBe(true);
    expect(carriesKey(sealFrom(session, "a", "lost as well"))).toBe(true);
    session.a = acknowledgeKey(session.a, 0);
    expect(carriesKey(say(session, "a", "the old key was stored, not this one"))).toBe(true);
    session.a = acknowledgeKey(session.a, 1);
    expect(carriesKey(say(session, "a", "stored"))).toBe(false);
    expect(carriesKey(say(session, "b", "answer"))).toBe(true);
    say(session, "a", "answers to it");
    expect(carriesKey(say(session, "b", "receipt", "control"))).toBe(false);
  });

  test("leave the chain before in use: receipts sent on it open, in any order, before and after the next", () => {
    const session = runningSession("old chains");
    say(session, "a", "a new key");
    const receipts = ["1", "2", "3", "4"].map((text) => sealFrom(session, "b", text, "control"));
    say(session, "a", "more");
    expect(openAt(session, "a", receipts[1]!)).toBe("2");
    say(session, "b", "a new key of B's");
    expect(openAt(session, "a", receipts[3]!)).toBe("4");
    say(session, "a", "and one of A's");
    say(session, "b", "and one of B's");
    expect(openAt(session, "a", receipts[0]!)).toBe("1");
    expect(openAt(session, "a", receipts[2]!)).toBe("3");
    for (const receipt of receipts) expectRefused(session, "a", receipt, "replayed");
    expect(session.a.skipped).toEqual([]);
  });

  test("cannot be made by a responder before it has opened a box", () => {
    const session = freshSession("responder");
    expect(() => sealFrom(session, "b", "too early")).toThrow(RangeError);
    expect(() => sealFrom(session, "b", "too early", "control")).toThrow(RangeError);
    say(session, "a", "first");
    say(session, "b", "answer");
  });

  test("are waited for: a box of a chain whose key has not come opens once it has", () => {
    const session = runningSession("key to come");
    const withKey = sealFrom(session, "a", "with key");
    acknowledge(session, "a");
    const without = sealFrom(session, "a", "without");
    expectRefused(session, "b", without, "unknownKey");
    expect(openAt(session, "b", withKey)).toBe("with key");
    expect(openAt(session, "b", without)).toBe("without");
  });

  test("come one by one: a box of an epoch beyond the next belongs to another state", () => {
    const session = runningSession("epochs");
    const backup = structuredClone(session.b);
    say(session, "a", "epoch 1");
    say(session, "b", "epoch 1");
    const later = sealFrom(session, "a", "epoch 2");
    session.b = backup;
    expectRefused(session, "b", later, "unknownKey");
  });
});

describe("BOX-1 what is refused, leaving the state as it was", () => {
  test("is a box that has opened, in its turn or late", () => {
    const session = runningSession("replay");
    const boxes = ["0", "1", "2"].map((text) => sealFrom(session, "a", text));
    for (const i of [2, 0, 1]) {
      expect(openAt(session, "b", boxes[i]!)).toBe(`${i}`);
      expectRefused(session, "b", boxes[i]!, "replayed");
    }
    say(session, "b", "turns");
    say(session, "a", "turns");
    for (const box of boxes) expectRefused(session, "b", box, "replayed");
  });

  test(
    "is a box with any one bit flipped: the first, one with a key, one in a burst, one that is late",
    () => {
      const flipEach = (session: SessionOfTwo, box: Uint8Array, heard: string) => {
        const before = structuredClone(session.b);
        for (let bit = 0; bit < box.length * 8; bit++) {
          expect(openBox(session.b, flipped(box, bit), session.aToB).ok, `bit ${bit}`).toBe(false);
        }
        expect(session.b).toEqual(before);
        expect(openAt(session, "b", box)).toBe(heard);
      };
      const fresh = freshSession("flipped");
      flipEach(fresh, sealFrom(fresh, "a", "first"), "first");
      const session = runningSession("flipped");
      flipEach(session, sealFrom(session, "a", "with key"), "with key");
      acknowledge(session, "a");
      const late = sealFrom(session, "a", "late");
      flipEach(session, sealFrom(session, "a", "in a burst"), "in a burst");
      flipEach(session, late, "late");
    },
    SLOW_MILLISECONDS,
  );

  test("is a box that is cut off or drawn out", () => {
    const session = runningSession("cut off");
    const box = sealFrom(session, "a", "x".repeat(40));
    for (let length = 0; length < box.length; length++) {
      const opened = openBox(session.b, box.subarray(0, length), session.aToB);
      expect(opened.ok).toBe(false);
    }
    expectRefused(session, "b", box.subarray(0, -1), "malformed");
    expectRefused(session, "b", concat(box, new Uint8Array(1)), "malformed");
    expectRefused(session, "b", concat(box, new Uint8Array(32)), "forged");
    expect(openAt(session, "b", box)).toBe("x".repeat(40));
  });

  test("is a box for others, from others or sent back", () => {
    const session = runningSession("endpoints");
    const box = sealFrom(session, "a", "for Ben's phone");
    const others: Endpoints[] = [
      { ...session.aToB, fromUserId: "eve" },
      { ...session.aToB, fromDeviceId: "eve's phone" },
      { ...session.aToB, toUserId: "eve" },
      { ...session.aToB, toDeviceId: "ben's desk" },
      { ...session.aToB, fromUserId: "anna", fromDeviceId: "nn's phone" },
      session.bToA,
    ];
    for (const endpoints of others) {
      expect(openBox(session.b, box, endpoints)).toEqual({ ok: false, reason: "forged" });
    }
    expect(openBox(session.a, box, session.bToA).ok).toBe(false);
    expect(openBox(session.a, box, session.aToB).ok).toBe(false);
    expect(openAt(session, "b", box)).toBe("for Ben's phone");
  });

  test("is the first box of another session", () => {
    const session = freshSession("this");
    const other = freshSession("other");
    const box = sealFrom(other, "a", "first");
    expectRefused(session, "b", box, "unknownKey");
    say(session, "a", "first");
    expectRefused(session, "b", box, "unknownKey");
  });
});

describe("BOX-1 what is gone in a moment (typing)", () => {
  test("opens in its direction of its session alone, costs no place in a chain, and hides its length", () => {
    const session = runningSession("transient");
    const { a, b, aToB, bToA } = session;
    const nonce24 = session.random().subarray(0, 24);
    const box = sealTransient(a, { plaintext: utf8("typing"), endpoints: aToB, nonce24 });
    expect(box).toHaveLength(24 + 32 + 16);
    expect(openTransient(b, box, aToB)).toEqual(utf8("typing"));
    expect(openTransient(a, box, aToB)).toBeNull();
    expect(openTransient(b, box, bToA)).toBeNull();
    expect(openTransient(runningSession("another").b, box, aToB)).toBeNull();
    expect(openTransient(b, flipped(box, 300), aToB)).toBeNull();
    say(session, "a", "turns");
    expect(openTransient(session.b, box, aToB)).toEqual(utf8("typing"));
  });

  test("has keys that are not those of the chains, and the first root key is not kept for them", () => {
    const session = freshSession("transient keys");
    const root = session.a.root;
    expect(session.b.root).toBe(root);
    say(session, "a", "first");
    say(session, "b", "answer");
    for (const state of [session.a, session.b]) expect(JSON.stringify(state)).not.toContain(root);
    expect(session.a.transient).toEqual({
      own: session.b.transient.peer,
      peer: session.b.transient.own,
    });
    expect(session.a.transient.own).not.toBe(session.a.transient.peer);
  });
});
