// BOX-1: a stolen state heals. The thief has a copy of one side's state and every box that the
// server ever stored, but not the randomness that the side draws afterwards.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BoxKind } from "../../shared/core/crypto/boxHeader.ts";
import { openBox } from "../../shared/core/crypto/ratchet.ts";
import type { RatchetState } from "../../shared/core/crypto/ratchetState.ts";
import { openAt, runningSession, say, sealFrom, type SessionOfTwo } from "./ratchetPair.ts";

type Side = "a" | "b";
const other = (side: Side): Side => (side === "a" ? "b" : "a");

/** Opens what comes to the side that was robbed, and what that side says itself. */
class Thief {
  private readonly session: SessionOfTwo;
  private readonly victim: Side;
  private asVictim: RatchetState;
  private asPeer: RatchetState;

  constructor(session: SessionOfTwo, victim: Side) {
    this.session = session;
    this.victim = victim;
    this.asVictim = structuredClone(session[victim]);
    const { sending, turn, ...rest } = this.asVictim;
    // One who knows a sending chain and its key pair knows all that it takes to receive on it.
    this.asPeer = { ...rest, sending: null, turn, receiving: sending };
  }

  /** Whether the thief can read a box of that sender's; one that it reads takes it further. */
  reads(box: Uint8Array, sender: Side): boolean {
    const endpoints = sender === "a" ? this.session.aToB : this.session.bToA;
    if (sender === this.victim) {
      const opened = openBox(this.asPeer, box, endpoints);
      if (opened.ok) this.asPeer = opened.state;
      return opened.ok;
    }
    const opened = openBox(this.asVictim, box, endpoints);
    if (opened.ok) this.asVictim = opened.state;
    return opened.ok;
  }
}

describe("BOX-1 a stolen state", () => {
  test.each(["a", "b"] as const)(
    "of side %s opens what is said on the chains of the time, and nothing after one turn each way",
    (victim) => {
      const peer = other(victim);
      const session = runningSession("theft");
      say(session, peer, "the peer has the newer key");
      const thief = new Thief(session, victim);
      expect(thief.reads(say(session, peer, "on the peer's chain"), peer)).toBe(true);
      expect(thief.reads(say(session, victim, "receipt", "control"), victim)).toBe(true);

      expect(thief.reads(say(session, victim, "the victim turns"), victim)).toBe(false);
      expect(thief.reads(say(session, peer, "receipt", "control"), peer)).toBe(true);
      expect(thief.reads(say(session, peer, "the peer turns"), peer)).toBe(false);
      for (const kind of ["conversation", "control"] as const) {
        expect(thief.reads(say(session, victim, "healed", kind), victim)).toBe(false);
        expect(thief.reads(say(session, peer, "healed", kind), peer)).toBe(false);
      }
    },
  );

  test.each(["a", "b"] as const)(
    "of side %s whose key the peer has yet to answer opens that answer, and heals with the turns that follow",
    (victim) => {
      const peer = other(victim);
      const session = runningSession("theft in turn");
      say(session, peer, "the peer's key");
      say(session, victim, "the victim's key");
      const thief = new Thief(session, victim);
      expect(thief.reads(say(session, peer, "the peer turns"), peer)).toBe(true);
      expect(thief.reads(say(session, victim, "the victim turns"), victim)).toBe(false);
      expect(thief.reads(say(session, peer, "the peer turns again"), peer)).toBe(false);
      expect(thief.reads(say(session, victim, "healed"), victim)).toBe(false);
    },
  );

  test("keeps no secret half of a ratchet key that the peer has answered to", () => {
    const session = runningSession("secret halves");
    say(session, "a", "A's key");
    if (session.a.turn.whose !== "peer") throw new Error("A has not turned");
    const { secretKey } = session.a.turn;
    say(session, "b", "receipt", "control");
    expect(JSON.stringify(session.a)).toContain(secretKey);
    say(session, "b", "B's key");
    expect(JSON.stringify(session.a)).not.toContain(secretKey);
  });

  test("opens nothing that was said before, but what had been missing then", () => {
    const session = runningSession("the past");
    const past = ["1", "2"].map((text) => say(session, "a", text));
    const missing = sealFrom(session, "a", "missing");
    past.push(say(session, "a", "3"));
    const thief = new Thief(session, "b");
    for (const box of past) expect(thief.reads(box, "a")).toBe(false);
    expect(thief.reads(missing, "a")).toBe(true);
  });

  test("heals from any point of any conversation, losses and receipts included", () => {
    const said = fc.record({
      side: fc.constantFrom<Side>("a", "b"),
      kind: fc.constantFrom<BoxKind>("conversation", "conversation", "control"),
      isLost: fc.boolean(),
    });
    const sayings = fc.array(said, { maxLength: 12 });
    const victims = fc.constantFrom<Side>("a", "b");
    fc.assert(
      fc.property(sayings, sayings, victims, (before, after, victim) => {
        const session = runningSession("any point");
        const talk = (sayingsNow: typeof before) =>
          sayingsNow.map(({ side, kind, isLost }) => {
            const box = sealFrom(session, side, "text", kind);
            if (!isLost) expect(openAt(session, other(side), box)).toBe("text");
            return { box, side };
          });
        talk(before);
        const thief = new Thief(session, victim);
        const epochOf = (side: Side) => session[side].sending!.epoch;
        const stolenEpoch = epochOf(victim);
        const stillRead = talk(after);
        // On until the victim has made a key since, and the peer one upon it.
        let peerEpoch: number | null = null;
        for (let side = victim; ; side = other(side)) {
          const box = say(session, side, "on");
          stillRead.push({ box, side });
          if (side === victim) {
            if (epochOf(victim) > stolenEpoch) peerEpoch ??= epochOf(other(victim));
          } else if (peerEpoch !== null && epochOf(side) > peerEpoch) break;
        }
        stillRead.pop();
        for (const { box, side } of stillRead) thief.reads(box, side);
        for (let i = 0; i < 4; i++) {
          const side: Side = i % 2 === 0 ? victim : other(victim);
          expect(thief.reads(say(session, side, "healed"), side)).toBe(false);
          expect(thief.reads(say(session, side, "healed", "control"), side)).toBe(false);
        }
      }),
      { numRuns: 60 },
    );
  }, 120_000);
});
