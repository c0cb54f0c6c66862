// BOX-1: two devices with several sessions. The header says which session a box is of, so that one
// that opens in none is known for what it is: a repetition, or something to be asked for again.
import { describe, expect, test } from "vitest";
import { readHeader } from "../../shared/core/crypto/boxHeader.ts";
import { fromBase64Url } from "../../shared/core/crypto/bytes.ts";
import { publicKeyOf } from "../../shared/core/crypto/diffieHellman.ts";
import { openBox } from "../../shared/core/crypto/ratchet.ts";
import { acknowledgeKey, type RatchetState } from "../../shared/core/crypto/ratchetState.ts";
import { openAmong } from "../../shared/core/crypto/sessions.ts";
import {
  A_TO_B,
  flipped,
  freshSession,
  runningSession,
  say,
  sealFrom,
  type SessionOfTwo,
} from "./ratchetPair.ts";

/** In bits: the first byte behind the tag. */
const BEHIND_TAG = 16;

interface Said {
  text: string;
  box: Uint8Array;
}

const one = () => runningSession("one");
const another = () => runningSession("another");
const nameOf = ({ b }: SessionOfTwo) => fromBase64Url(b.session);
/** Of another name, which begins like that of the first. */
const namesake = () => runningSession("another", flipped(nameOf(one()), BEHIND_TAG));

/** A burst of A's, of which only the first box brings the key. */
function burst(session: SessionOfTwo, texts: string): Said[] {
  return [...texts].map((text) => {
    const box = sealFrom(session, "a", text);
    session.a = acknowledgeKey(session.a, 1);
    return { text, box };
  });
}

/** Each order in which two rows come together without either being reordered. */
function interleavings<Item>(left: readonly Item[], right: readonly Item[]): Item[][] {
  const [first, ...left2] = left;
  const [second, ...right2] = right;
  if (first === undefined) return [[...right]];
  if (second === undefined) return [[...left]];
  return [
    ...interleavings(left2, right).map((rest) => [first, ...rest]),
    ...interleavings(left, right2).map((rest) => [second, ...rest]),
  ];
}

/** B's sessions, as boxes come to them. */
function createReceiver(...sessions: SessionOfTwo[]) {
  let states: readonly RatchetState[] = sessions.map((session) => session.b);
  return {
    open(box: Uint8Array): string {
      const opened = openAmong(states, box, A_TO_B);
      if (!opened.ok) return opened.reason;
      states = opened.states;
      return new TextDecoder().decode(opened.plaintext);
    },
    front: () => states[0]?.session,
  };
}

describe.each([
  ["that are tagged apart", another],
  ["that bear the same tag by chance", namesake],
])("BOX-1 two sessions %s", (_, second) => {
  test("take each box to its own, however their bursts interleave, and know each repetition", () => {
    const sessions = [one(), second()] as const;
    const [ofFirst, ofSecond] = [burst(sessions[0], "abc"), burst(sessions[1], "xyz")];
    const orders = interleavings(ofFirst, ofSecond);
    expect(orders).toHaveLength(20);
    for (const order of orders) {
      const receiver = createReceiver(...sessions);
      for (const [i, { text, box }] of order.entries()) {
        expect(receiver.open(box)).toBe(text);
        const session = ofFirst.some((said) => said.box === box) ? sessions[0] : sessions[1];
        expect(receiver.front()).toBe(session.b.session);
        for (const again of order.slice(0, i + 1)) {
          expect(receiver.open(again.box)).toBe("replayed");
        }
      }
    }
  });

  test("take boxes to their own that were late, whichever session has gone on meanwhile", () => {
    const sessions = [one(), second()] as const;
    const [ofFirst, ofSecond] = [burst(sessions[0], "abc"), burst(sessions[1], "xyz")];
    const receiver = createReceiver(...sessions);
    const order = [ofFirst[0], ofSecond[0], ofSecond[2], ofFirst[2], ofFirst[1], ofSecond[1]];
    expect(order.map((said) => receiver.open(said!.box)).join("")).toBe("axzcby");
    for (const said of order) expect(receiver.open(said!.box)).toBe("replayed");
  });

  test("know the first box of one from any box of the other", () => {
    const first = one();
    const name = nameOf(second());
    const begun = sealFrom(freshSession("another", name), "a", "first");
    expect(createReceiver(first).open(begun)).toBe("unknownKey");
  });
});

describe("BOX-1 a box that opens in no session", () => {
  test("is no repetition when its session is kept no more, wherever the others stand", () => {
    const forgotten = one();
    const kept = another();
    const boxes = [
      say(forgotten, "a", "was heard once"),
      ...burst(forgotten, "abc").map(({ box }) => box),
      sealFrom(forgotten, "a", "receipt", "control"),
    ];
    for (const { box } of burst(kept, "uvwxyz")) {
      const receiver = createReceiver(kept);
      receiver.open(box);
      for (const lost of boxes) expect(receiver.open(lost)).toBe("unknownKey");
    }
    expect(createReceiver().open(boxes[0]!)).toBe("unknownKey");
  });

  test("is refused at once where its tag is another's, though all else were right", () => {
    const session = one();
    const [said] = burst(session, "a");
    const elsewhere = { ...session.b, session: another().b.session };
    expect(openBox(elsewhere, said!.box, A_TO_B)).toEqual({ ok: false, reason: "unknownKey" });
    expect(openBox(session.b, said!.box, A_TO_B).ok).toBe(true);
  });

  test("is refused for what its own session says of it", () => {
    const [first, second] = [one(), another()];
    const receiver = createReceiver(first, second);
    const [, waiting] = burst(second, "ab");
    expect(receiver.open(waiting!.box)).toBe("unknownKey");
    expect(receiver.open(flipped(say(first, "a", "text"), 400))).toBe("forged");
    expect(receiver.open(Uint8Array.of(1))).toBe("malformed");
  });
});

test("BOX-1 the tag of a box is the beginning of its session's name, on both sides", () => {
  const name = publicKeyOf(new Uint8Array(32).fill(7));
  const session = freshSession("tag", name);
  for (const side of ["a", "b", "a"] as const) {
    expect(readHeader(say(session, side, "text"))?.sessionTag).toEqual(name.slice(0, 2));
  }
});
