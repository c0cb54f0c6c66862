// PAS-3: whoever holds all of the server's rows, files, secret and traffic, and a dictionary in which the
// passphrase stands, cannot tell it from the others. Shown for every relation between recorded quantities that
// we know how to compute; that there are no others is the draft's security proof, not this test. Three controls
// show that the attack would see what is there: it finds the passphrase once it is given a device's secret, once
// a scalar leaks into what is recorded, and in the patent's literal scheme, where one message is enough.

import { ristretto255, ristretto255_hasher } from "@noble/curves/ed25519.js";
import { bytesToNumberLE } from "@noble/curves/utils.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { expect, test } from "vitest";
import { concat, fromBase64Url, lvCat, utf8 } from "../../shared/core/crypto/bytes.ts";
import { generatorString } from "../../shared/core/crypto/cpace.ts";
import { sealKey } from "../../shared/core/crypto/pairingKeys.ts";
import { open as openBox } from "../../shared/core/crypto/seal.ts";
import {
  type Agreement,
  isConfirmedBy,
  ownConfirmation,
  tagOf,
} from "../../shared/core/pairing/exchange.ts";
import { parsePassphrase } from "../../shared/core/pairing/passphrase.ts";
import {
  associatedData,
  channelIdentifier,
  receiptBytes,
  type Transcript,
} from "../../shared/core/pairing/transcript.ts";
import { firstMessage, publicKeyIn } from "./literalScheme.ts";
import { type RecordedMeeting, recordMeeting } from "./recordedMeeting.ts";

const { Point } = ristretto255;
type Point = InstanceType<typeof Point>;

const SPOKEN = "copper lantern seven";
const DICTIONARY = ["copper", "velvet", "silver"].flatMap((first) =>
  ["lantern", "orchard"].flatMap((second) =>
    ["six", "seven", "eight", "nine"].map((third) => `${first} ${second} ${third}`),
  ),
);

let recorded: Promise<RecordedMeeting> | undefined;
const theMeeting = () => (recorded ??= recordMeeting(SPOKEN));

/** Relations that hold among what was recorded: each would hold for the right passphrase alone. */
type Evidence = readonly string[];

interface Attack {
  readonly evidenceFor: (candidate: string) => Evidence;
  /** Found without any passphrase: the session would be broken, whatever the passphrase is. */
  readonly evidenceWithout: Evidence;
}

/** The attack. @param scalars numbers that may have served as a device's secret */
function offlineAttack(
  { open, opened, claim, answer }: RecordedMeeting,
  scalars: readonly bigint[],
): Attack {
  const sid = String(open["sid"]);
  const [initiator, responder] = [open, claim].map((message) => ({
    share: String(message["share"]),
    commitment: String(message["commitment"]),
  })) as [Transcript["initiator"], Transcript["responder"]];
  const openedAt = Number(opened["openedAt"]);
  const transcript: Transcript = { method: "passphrase", sid, openedAt, initiator, responder };
  const [ya, yb] = [initiator, responder].map(({ share }) =>
    Point.fromBytes(fromBase64Url(share)),
  ) as [Point, Point];

  const agreementFrom = (k: Point): Agreement => {
    const parts = [
      lvCat(utf8("CPaceRistretto255_ISK"), fromBase64Url(sid), k.toBytes()),
      lvCat(fromBase64Url(initiator.share), associatedData("initiator", initiator.commitment)),
      lvCat(fromBase64Url(responder.share), associatedData("responder", responder.commitment)),
    ];
    return { role: "initiator", transcript, isk: sha512(concat(...parts)) };
  };
  const opens = ({ isk }: Agreement, message: typeof open, by: "initiator" | "responder") =>
    (["identity", "card"] as const).some(
      (box) =>
        openBox(
          sealKey(isk, by, box),
          fromBase64Url(String(message[box])),
          receiptBytes(transcript),
        ) !== null,
    );
  /** Everything that was recorded and depends on the shared point K. */
  const evidenceAt = (k: Point): string[] => {
    const agreement = agreementFrom(k);
    return [
      tagOf(agreement) === claim["tag"] && "the responder's tag",
      tagOf(agreement) === answer["tag"] && "the initiator's tag",
      isConfirmedBy(agreement, String(claim["confirmation"])) && "the responder's confirmation",
      ownConfirmation(agreement) === answer["confirmation"] && "the initiator's confirmation",
      opens(agreement, claim, "responder") && "the responder's boxes",
      opens(agreement, answer, "initiator") && "the initiator's boxes",
    ].filter((one) => one !== false);
  };
  const products = scalars.flatMap((scalar) => [ya.multiply(scalar), yb.multiply(scalar)]);
  const sharedPoints = [ya, yb, ya.add(yb), ya.subtract(yb), ...products];
  const evidenceWithout = [...new Set(sharedPoints.flatMap(evidenceAt))];

  const evidenceFor = (candidate: string): Evidence => {
    const parsed = parsePassphrase(candidate);
    if (!parsed.ok) throw new Error(parsed.problem.message);
    const seed = generatorString(parsed.prs, channelIdentifier("passphrase"), fromBase64Url(sid));
    const generator = ristretto255_hasher.deriveToCurve!(sha512(seed)) as Point;
    const found = new Set<string>();
    const consider = (k: Point): void => evidenceAt(k).forEach((one) => found.add(one));
    // Shares and generator as they are, and in the sums in which a careless scheme would leave them.
    for (const k of [generator, ya.add(generator), yb.add(generator)]) consider(k);
    for (const k of [ya.subtract(generator), yb.subtract(generator)]) consider(k);
    for (const scalar of scalars) {
      const multiple = generator.multiply(scalar);
      consider(multiple);
      // The scalar behind a share gives the shared point, and all else with it.
      for (const [share, peer, whose] of [
        [ya, yb, "initiator"],
        [yb, ya, "responder"],
      ] as const) {
        if (!multiple.equals(share)) continue;
        found.add(`the ${whose}'s share`);
        consider(peer.multiply(scalar));
      }
    }
    return [...found].toSorted();
  };
  return { evidenceFor, evidenceWithout };
}

const { ORDER } = Point.Fn;

/** Every 32 or 64 bytes that were recorded anywhere, as numbers that a scalar could have been. */
function scalarsIn({ texts, serverSecret }: RecordedMeeting, more: string[] = []): bigint[] {
  const parts = [...texts, ...more].flatMap((text) => text.match(/[\w-]{43,86}/g) ?? []);
  const bytes = [...new Set(parts)].map((part) => Buffer.from(part, "base64url"));
  const values = [serverSecret, ...bytes].filter(({ length }) => length === 32 || length === 64);
  const numbers = values.map((value) => bytesToNumberLE(value) % ORDER);
  return [...new Set(numbers)].filter((number) => number !== 0n);
}

test("PAS-3: with all rows, all traffic and the server's secret, no passphrase of a dictionary looks other than the rest", async () => {
  const meeting = await theMeeting();
  expect(DICTIONARY).toContain(SPOKEN);
  const scalars = scalarsIn(meeting);
  expect(scalars.length).toBeGreaterThan(50); // much was recorded, shares and tags among it
  expect(scalars).toContain(bytesToNumberLE(fromBase64Url(String(meeting.claim["tag"]))) % ORDER);
  const { evidenceFor, evidenceWithout } = offlineAttack(meeting, scalars);
  const table = DICTIONARY.map((candidate) => [candidate, evidenceFor(candidate)]);
  expect(table).toEqual(DICTIONARY.map((candidate) => [candidate, []]));
  expect(evidenceWithout).toEqual([]);
});

test("PAS-3: every candidate explains the recorded shares: the group has prime order, and no generator is special", async () => {
  const meeting = await theMeeting();
  for (const candidate of DICTIONARY) {
    const parsed = parsePassphrase(candidate);
    if (!parsed.ok) throw new Error(parsed.problem.message);
    const sid = fromBase64Url(String(meeting.open["sid"]));
    const seed = generatorString(parsed.prs, channelIdentifier("passphrase"), sid);
    const generator = ristretto255_hasher.deriveToCurve!(sha512(seed)) as Point;
    // Whatever is not the identity generates all of it, so some scalar leads from here to each share.
    expect(generator.is0()).toBe(false);
    expect(
      generator
        .multiplyUnsafe(ORDER - 1n)
        .add(generator)
        .is0(),
    ).toBe(true);
  }
});

test("control: given one device's secret scalar, the same attack finds the passphrase at once", async () => {
  const meeting = await theMeeting();
  const { evidenceFor, evidenceWithout } = offlineAttack(meeting, [
    bytesToNumberLE(meeting.askersScalar),
  ]);
  const found = DICTIONARY.filter((candidate) => evidenceFor(candidate).length > 0);
  expect(found).toEqual([SPOKEN]);
  expect(evidenceWithout).not.toEqual([]); // and the meeting itself lies open
  expect(evidenceFor(SPOKEN)).toEqual([
    "the initiator's boxes",
    "the initiator's confirmation",
    "the initiator's share",
    "the initiator's tag",
    "the responder's boxes",
    "the responder's confirmation",
    "the responder's tag",
  ]);
});

test("control: had the scalar leaked into any of what was recorded, the attack would have found it there", async () => {
  const meeting = await theMeeting();
  const leak = `{"row":{"n":"${Buffer.from(meeting.askersScalar).toString("base64url")}"}}`;
  const { evidenceFor } = offlineAttack(meeting, scalarsIn(meeting, [leak]));
  expect(DICTIONARY.filter((candidate) => evidenceFor(candidate).length > 0)).toEqual([SPOKEN]);
});

test("control: in the patent's literal scheme one recorded message gives the passphrase away, offline", () => {
  const message = firstMessage(SPOKEN);
  const found = DICTIONARY.filter((candidate) => publicKeyIn(message, candidate) !== null);
  expect(found).toEqual([SPOKEN]);
});
