// TAP-5 on one device at a table: what it shows, verifies and refuses, against a server that may lie.

import { expect, test } from "vitest";
import {
  type Acquaint,
  type AcquaintEvent,
  memoryStore,
  type Table,
} from "../../../shared/client/node.ts";
import { fromBase64Url, toBase64Url } from "../../../shared/core/crypto/bytes.ts";
import { isSignatureBy } from "../../../shared/core/identity/deviceLog.ts";
import { loadWordList } from "../../../shared/core/pairing/words.ts";
import { tablePhrase, tableStatement } from "../../../shared/core/tap/statements.ts";
import { readTicket } from "../../../shared/core/tap/ticket.ts";
import type { Tap } from "../../../shared/wire/tap.ts";
import { Account } from "../../core/deviceLogAccount.ts";
import { aWhile, eventually } from "../pairingWorld.ts";
import type { TestSocket } from "../world.ts";
import { type Phone, TapWorld } from "./tapWorld.ts";

interface Seat {
  readonly userId: Phone["userId"];
  readonly ticket: string;
  readonly share: string | null;
}

const TAP_ID = toBase64Url(new Uint8Array(16).fill(5));
const tables = (told: readonly AcquaintEvent[]): Table[] =>
  told.flatMap((event) => (event.event === "table" ? [event.table] : []));

/** Ann's device, at a table that Ben has gathered with her and Cem. */
class TableWorld extends TapWorld {
  readonly store = memoryStore();
  ann!: Acquaint;
  wire!: TestSocket;
  mine!: Seat;
  ben!: Phone;
  cem!: Phone;

  static async begin(): Promise<TableWorld> {
    const world = new TableWorld();
    world.ben = world.phone("ben");
    world.cem = world.phone("cem");
    await world.start();
    world.mine = { ...(await world.ticket()), userId: world.ann.me.userId };
    return world;
  }

  async start(): Promise<void> {
    this.ann = await this.open(this.store);
    const before = this.sockets.length;
    this.ann.connect();
    await eventually(() => this.sockets.length > before);
    this.wire = await this.line();
    await eventually(() => this.certified > 0);
    await aWhile();
  }

  async ticket(): Promise<{ ticket: string; share: null }> {
    const { url } = await this.ann.taps.ticket();
    return { ticket: url.split("/").at(-1)!, share: null };
  }

  /** The share that this device keeps for its ticket. */
  async ownShare(): Promise<string> {
    const kept = await this.store.range<{ ticket: string; share: string }>("settings", {
      prefix: "tap.ticket.",
    });
    return kept.find(({ ticket }) => ticket === this.mine.ticket)!.share;
  }

  tap(at: Tap["at"], seats: readonly Seat[], members: Partial<Tap> = {}): Tap {
    const now = this.serverNow();
    return {
      tapId: TAP_ID,
      by: seats[0]!.userId,
      at,
      submittedAt: now,
      until: now + 30_000,
      undone: [],
      groupId: null,
      table: {
        members: seats.map((seat) => ({
          ...seat,
          hasArrived: seat.share !== null,
          hasConfirmed: false,
        })),
        end: null,
        endedBy: null,
      },
      now,
      ...members,
    };
  }

  /** The mailbox tells of it, and the device does what it does about it. */
  async hear(tap: Tap): Promise<Table | undefined> {
    this.wire.say([{ type: "table", tap }]);
    await aWhile();
    return tables(this.told).at(-1);
  }

  hidden(): Seat[] {
    return [{ ...this.ben, share: null }, this.mine, { ...this.cem, share: null }];
  }

  async shown(): Promise<Seat[]> {
    return [this.ben, { ...this.mine, share: await this.ownShare() }, this.cem];
  }

  /** As far as to the phrase. */
  async compared(): Promise<Table> {
    await this.hear(this.tap("revealing", this.hidden()));
    return (await this.hear(this.tap("comparing", await this.shown())))!;
  }
}

const statementOf = (seats: readonly Seat[]) =>
  tableStatement(
    TAP_ID,
    seats.map(({ ticket, share }) => ({
      ticket: fromBase64Url(ticket),
      share: fromBase64Url(share!),
    })),
  );

test("TAP-5: a device shows its share by itself, once all tickets verify, and then the phrase of all shares", async () => {
  const world = await TableWorld.begin();
  const gathering = await world.hear(world.tap("revealing", world.hidden()));
  expect(gathering).toMatchObject({
    at: "gathering",
    phrase: null,
    end: null,
    by: world.ben.userId,
  });
  expect(world.said("share")).toEqual([{ share: await world.ownShare() }]);
  const comparing = await world.hear(world.tap("comparing", await world.shown()));
  const { words } = await loadWordList("en");
  const indexes = tablePhrase(statementOf(await world.shown()));
  expect(comparing).toMatchObject({ at: "comparing", end: null });
  expect(comparing?.phrase).toEqual(indexes.map((index) => words[index]));
  expect(comparing?.members.map(({ isMe }) => isMe)).toEqual([false, true, false]);
  expect(world.ann.taps.tables()).toEqual([comparing]);
});

test("TAP-5: confirming signs tickets and shares of all, with the device whose ticket lies there", async () => {
  const world = await TableWorld.begin();
  await world.compared();
  const settled = world.tap("settled", await world.shown(), { groupId: TAP_ID });
  world.table = (path) => (path.endsWith("/confirmation") ? settled : undefined);
  await world.ann.taps.confirm(TAP_ID);
  const [{ signature }] = world.said("confirmation") as [{ signature: string }];
  const { signKey } = readTicket(fromBase64Url(world.mine.ticket))!.certificate;
  const statement = statementOf(await world.shown());
  expect(isSignatureBy(signKey, statement, fromBase64Url(signature))).toBe(true);
  expect(tables(world.told).at(-1)).toMatchObject({ at: "settled", groupId: TAP_ID, end: null });
  await expect(world.ann.taps.confirm(TAP_ID)).rejects.toMatchObject({ code: "tap-unknown" });
});

test("TAP-5: a lost answer to a confirmation is asked for again; a table nobody knows is none to confirm", async () => {
  const world = await TableWorld.begin();
  await expect(world.ann.taps.confirm(TAP_ID)).rejects.toMatchObject({ code: "tap-unknown" });
  await world.compared();
  const settled = world.tap("settled", await world.shown());
  world.table = () => (world.said("confirmation").length > 1 ? settled : undefined);
  await world.soon(world.ann.taps.confirm(TAP_ID));
  expect(tables(world.told).at(-1)?.at).toBe("settled");
});

test("TAP-5: before there is a phrase there is nothing to confirm", async () => {
  const world = await TableWorld.begin();
  const revealing = world.tap("revealing", world.hidden());
  await world.hear(revealing);
  world.table = () => revealing;
  await expect(world.ann.taps.confirm(TAP_ID)).rejects.toMatchObject({ code: "out-of-turn" });
  expect(world.said("confirmation")).toEqual([]);
});

test("TAP-5: a device without a seat there, or whose ticket another device of its account has shown, keeps still", async () => {
  const world = await TableWorld.begin();
  const others = [
    { ...world.ben, share: null },
    { ...world.cem, share: null },
  ];
  await world.hear(world.tap("revealing", others));
  const elsewhere = { ...world.phone("dan"), userId: world.mine.userId, share: null };
  await world.hear(world.tap("revealing", [...others, elsewhere]));
  expect(tables(world.told)).toEqual([]);
  expect(world.said("share")).toEqual([]);
});

type Lie = (world: TableWorld) => Seat[] | Promise<Seat[]>;
const LIES_BEFORE: readonly [string, Lie][] = [
  [
    "a ticket of another account",
    (world) =>
      world.hidden().with(2, { ...world.cem, userId: world.phone("dan").userId, share: null }),
  ],
  [
    "a ticket that its device has not signed",
    (world) => {
      const bytes = fromBase64Url(world.cem.ticket);
      bytes[bytes.length - 1]! ^= 1;
      return world.hidden().with(2, { ...world.cem, ticket: toBase64Url(bytes), share: null });
    },
  ],
  ["someone twice", (world) => [...world.hidden(), { ...world.phone("cem"), share: null }]],
  ["nobody else", (world) => [world.mine]],
];

for (const [what, lie] of LIES_BEFORE) {
  test(`TAP-5: no share is shown for ${what}`, async () => {
    const world = await TableWorld.begin();
    const table = await world.hear(world.tap("revealing", await lie(world)));
    expect(table).toMatchObject({ at: "aborted", phrase: null, end: { reason: "tampered" } });
    expect(table?.end?.advice).toContain("do not trust this server");
    expect(world.said("share")).toEqual([]);
    expect(world.said("decline")).toHaveLength(1);
  });
}

test("TAP-5: no share is shown to a table whose initiator does not come first", async () => {
  const world = await TableWorld.begin();
  const tap = world.tap("revealing", world.hidden(), { by: world.cem.userId });
  expect((await world.hear(tap))?.end?.reason).toBe("tampered");
  expect(world.said("share")).toEqual([]);
});

test("TAP-5: a ticket of an account whose devices are known must be of one of these", async () => {
  const world = await TableWorld.begin();
  const cem = new Account("cem");
  await world.store.put("logs", cem.verified.userId, { log: cem.log });
  const { respond } = world;
  world.respond = (path, method) =>
    path.endsWith("/log") ? Response.json({ log: cem.log }) : respond(path, method);
  const thief = new Account("cem");
  thief.devices.set(0, new Account("thief").devices.get(0)!);
  const forged = { ...world.phone("cem", thief), share: null };
  const seats = world.hidden().with(2, forged);
  expect((await world.hear(world.tap("revealing", seats)))?.end?.reason).toBe("tampered");
  expect(world.said("share")).toEqual([]);
});

const LIES_AFTER: readonly [string, Lie][] = [
  [
    "another share of someone",
    async (world) => (await world.shown()).with(2, { ...world.cem, share: world.ben.share }),
  ],
  [
    "another share of this device",
    async (world) => (await world.shown()).with(1, { ...world.mine, share: world.ben.share }),
  ],
  [
    "no share of someone",
    async (world) => (await world.shown()).with(0, { ...world.ben, share: null }),
  ],
  ["another ticket of someone", async (world) => (await world.shown()).with(2, world.phone("cem"))],
  ["one more", async (world) => [...(await world.shown()), world.phone("dan")]],
  ["one less", async (world) => (await world.shown()).slice(0, 2)],
  ["another order", async (world) => [world.ben, world.cem, (await world.shown())[1]!]],
];

for (const [what, lie] of LIES_AFTER) {
  test(`TAP-5: with ${what} there is no phrase, and nothing to confirm, whatever comes later`, async () => {
    const world = await TableWorld.begin();
    await world.hear(world.tap("revealing", world.hidden()));
    const table = await world.hear(world.tap("comparing", await lie(world)));
    expect(table).toMatchObject({ at: "aborted", phrase: null, end: { reason: "tampered" } });
    expect(world.said("decline")).toHaveLength(1);
    const later = await world.hear(world.tap("comparing", await world.shown()));
    expect(later?.phrase).toBeNull();
    await expect(world.ann.taps.confirm(TAP_ID)).rejects.toMatchObject({ code: "tap-unknown" });
  });
}

test("TAP-5: a ticket that the server has made up for someone unknown shows in the phrase", async () => {
  const world = await TableWorld.begin();
  const seats = await world.shown();
  const swapped = seats.with(2, world.phone("cem"));
  const hidden = swapped.map((seat) => ({ ...seat, share: null }));
  await world.hear(world.tap("revealing", hidden));
  const table = await world.hear(world.tap("comparing", swapped));
  const { words } = await loadWordList("en");
  const phraseOf = (all: readonly Seat[]) =>
    tablePhrase(statementOf(all)).map((index) => words[index]);
  expect(table?.phrase).toEqual(phraseOf(swapped));
  expect(table?.phrase).not.toEqual(phraseOf(seats));
});

test("TAP-5: a second table for the same ticket gets no share, and the first one goes on", async () => {
  const world = await TableWorld.begin();
  await world.hear(world.tap("revealing", world.hidden()));
  const tapId = toBase64Url(new Uint8Array(16).fill(6));
  const dan = { ...world.phone("dan"), share: null };
  const second = await world.hear(world.tap("revealing", [dan, world.mine], { tapId }));
  expect(second).toMatchObject({ tapId, at: "aborted", end: { reason: "tampered" } });
  expect(world.said("share")).toHaveLength(1);
  const first = await world.hear(world.tap("comparing", await world.shown()));
  expect(first).toMatchObject({ tapId: TAP_ID, at: "comparing", end: null });
});

test("TAP-5: for which table a share was shown is known after a restart, too", async () => {
  const world = await TableWorld.begin();
  await world.hear(world.tap("revealing", world.hidden()));
  await world.ann.close();
  const revealing = world.tap("revealing", world.hidden());
  world.table = () => revealing;
  await world.start();
  await aWhile();
  expect(tables(world.told).at(-1)).toMatchObject({ tapId: TAP_ID, at: "gathering" });
  const swapped = world.hidden().with(2, { ...world.phone("cem"), share: null });
  const shares = world.said("share").length;
  const table = await world.hear(world.tap("revealing", swapped));
  expect(table?.end?.reason).toBe("tampered");
  expect(world.said("share")).toHaveLength(shares);
});

test("TAP-5: when time is up the server is asked what became of it", async () => {
  const world = await TableWorld.begin();
  const revealing = world.tap("revealing", world.hidden());
  world.table = () => revealing;
  await world.hear(revealing);
  const aborted = world.tap("aborted", world.hidden());
  const { members } = aborted.table!;
  const table = { members, end: "timedOut" as const, endedBy: world.cem.userId };
  world.table = () => ({ ...aborted, table });
  world.clock.advance(32_000);
  await aWhile();
  const last = tables(world.told).at(-1);
  expect(last?.end).toMatchObject({ reason: "timedOut", by: world.cem.userId });
  expect(last?.end?.advice).toContain("not there in time");
});

test("TAP-5: whoever gathers a table believes no other one than was gathered", async () => {
  const world = await TableWorld.begin();
  const gathered = (ticket: string, ...others: Phone[]): Seat[] => [
    { userId: world.ann.me.userId, ticket, share: null },
    ...others.map((phone) => ({ ...phone, share: null })),
  ];
  const open = (request: { tapId: string; together?: string }, ...others: Phone[]) =>
    world.tap("revealing", gathered(request.together!, ...others), {
      tapId: request.tapId,
      outcomes: [world.ben, world.cem].map(({ userId }) => ({ outcome: "established", userId })),
    });
  world.judge = (request) => open(request, world.ben, world.cem);
  const urls = [world.ben.url, world.cem.url];
  expect(await world.soon(world.ann.taps.together(urls))).toMatchObject({ at: "gathering" });
  await eventually(() => world.said("share").length === 1);
  world.judge = (request) => open(request, world.ben, world.phone("cem"));
  const lied = await world.soon(world.ann.taps.together(urls));
  expect(lied).toMatchObject({ at: "aborted", end: { reason: "tampered" } });
  await aWhile();
  expect(world.said("share")).toHaveLength(1);
});

test("TAP-5: a code that was not good is told to whoever has gathered the table", async () => {
  const world = await TableWorld.begin();
  world.judge = (request) =>
    world.tap("aborted", [{ ...world.ben, share: null }], {
      tapId: request.tapId,
      by: world.ann.me.userId,
      outcomes: [
        { outcome: "expired", userId: world.ben.userId },
        { outcome: "established", userId: world.cem.userId },
      ],
      table: { members: [], end: "refused", endedBy: world.ben.userId },
    });
  const table = await world.soon(world.ann.taps.together([world.ben.url, world.cem.url]));
  expect(table).toMatchObject({ at: "aborted", end: { reason: "refused", by: world.ben.userId } });
  expect(table.end?.advice).toContain("more than a minute old");
});

const withConfirmed = (tap: Tap, count: number): Tap => {
  const members = tap.table!.members.map((one, index) => ({ ...one, hasConfirmed: index < count }));
  return { ...tap, table: { ...tap.table!, members } };
};

test("TAP-5: a table never goes back: what comes late of answers and notices changes nothing", async () => {
  const world = await TableWorld.begin();
  const revealing = world.tap("revealing", world.hidden());
  const members = revealing.table!.members.map((one, i) => ({ ...one, hasArrived: i < 2 }));
  const arrived = { ...revealing, table: { ...revealing.table!, members } };
  const comparing = world.tap("comparing", await world.shown());
  const course = [
    revealing,
    arrived,
    comparing,
    withConfirmed(comparing, 1),
    withConfirmed(comparing, 2),
    withConfirmed({ ...comparing, at: "settling" }, 3),
    withConfirmed({ ...comparing, at: "settled" }, 3),
  ];
  for (const [index, tap] of course.entries()) {
    const shown = await world.hear(tap);
    const before = tables(world.told).length;
    for (const late of course.slice(0, index)) expect(await world.hear(late)).toEqual(shown);
    expect(tables(world.told)).toHaveLength(before);
  }
  expect(world.ann.taps.tables()).toMatchObject([{ at: "settled" }]);
  const aborted = world.tap("aborted", await world.shown());
  expect(await world.hear(aborted)).toMatchObject({ at: "settled", end: null });
});

test("TAP-5: the answer to a confirmation that comes after the end reopens nothing", async () => {
  const world = await TableWorld.begin();
  await world.compared();
  const comparing = world.tap("comparing", await world.shown());
  const { respond } = world;
  let answer = () => {};
  world.respond = (path, method) => {
    if (!path.endsWith("/confirmation")) return respond(path, method);
    return new Promise((resolve) => {
      answer = () => resolve(Response.json(withConfirmed(comparing, 2)));
    });
  };
  const confirming = world.ann.taps.confirm(TAP_ID);
  await eventually(() => world.said("confirmation").length === 1);
  await world.hear(withConfirmed({ ...comparing, at: "settled" }, 3));
  answer();
  await confirming;
  expect(tables(world.told).at(-1)?.at).toBe("settled");
  world.clock.advance(60_000);
  await aWhile();
  expect(tables(world.told).at(-1)?.at).toBe("settled");
});

test("TAP-5: a table that was over before the program was started again is told of no more", async () => {
  const world = await TableWorld.begin();
  await world.compared();
  const seats = await world.shown();
  await world.hear(world.tap("settled", seats));
  await world.ann.close();
  await world.start();
  world.told.length = 0;
  for (const at of ["revealing", "comparing", "settling", "settled", "aborted"] as const) {
    await world.hear(world.tap(at, seats));
  }
  expect(tables(world.told)).toEqual([]);
  expect(world.ann.taps.tables()).toEqual([]);
});

/** A table that Mallory lays by another ticket of Ann's, under the id of Ben's. */
async function namesake(world: TableWorld) {
  const mallory = world.phone("mallory");
  const { ticket } = await world.ticket();
  const kept = await world.store.range<{ ticket: string; share: string }>("settings", {
    prefix: "tap.ticket.",
  });
  const { share } = kept.find((one) => one.ticket === ticket)!;
  const mine = { userId: world.mine.userId, ticket };
  const hidden = [
    { ...mallory, share: null },
    { ...mine, share: null },
  ];
  return { mallory, hidden, shown: [mallory, { ...mine, share }] };
}

test("TAP-5: a table of another initiator under the id of one that this device is at is refused, and shown nowhere", async () => {
  const world = await TableWorld.begin();
  const before = await world.compared();
  const { mallory, hidden, shown } = await namesake(world);
  for (const tap of [
    world.tap("revealing", hidden),
    world.tap("comparing", shown),
    world.tap("aborted", shown),
  ]) {
    expect(await world.hear(tap)).toEqual(before);
  }
  expect(world.ann.taps.tables()).toEqual([before]);
  expect(world.said("share")).toHaveLength(1);
  const declined = world.requests.filter(({ path }) => path.endsWith("/decline"));
  expect(declined.map(({ path }) => path.includes(mallory.userId))).toEqual([true, true]);
  const answer = withConfirmed(world.tap("comparing", await world.shown()), 2);
  world.table = () => answer;
  await world.ann.taps.confirm(TAP_ID);
  const confirmed = world.requests.filter(({ path }) => path.endsWith("/confirmation"));
  expect(confirmed.map(({ path }) => path.includes(world.ben.userId))).toEqual([true]);
  const [{ signature }] = world.said("confirmation") as [{ signature: string }];
  const { signKey } = readTicket(fromBase64Url(world.mine.ticket))!.certificate;
  const statement = statementOf(await world.shown());
  expect(isSignatureBy(signKey, statement, fromBase64Url(signature))).toBe(true);
});

test("TAP-5: nor does it take the place of one that is over, or of one for the same ticket", async () => {
  const world = await TableWorld.begin();
  await world.compared();
  const over = await world.hear(world.tap("settled", await world.shown()));
  const { hidden, mallory } = await namesake(world);
  expect(await world.hear(world.tap("revealing", hidden))).toEqual(over);
  const sameTicket = [{ ...mallory, share: null }, world.mine];
  expect(await world.hear(world.tap("revealing", sameTicket))).toEqual(over);
  expect(world.ann.taps.tables()).toEqual([over]);
  expect(world.said("share")).toHaveLength(1);
});

test("TAP-5: that a phrase was compared here is kept before it is said, for as long as the table has not come to nothing", async () => {
  for (const end of ["settled", "aborted"] as const) {
    const world = await TableWorld.begin();
    const kept = () => world.store.range("settings", { prefix: "tap.compared." });
    await world.compared();
    expect(await kept()).toEqual([]);
    const comparing = world.tap("comparing", await world.shown());
    let keptWhenSaid = 0;
    const { respond } = world;
    world.respond = async (path, method) => {
      if (path.endsWith("/confirmation")) keptWhenSaid = (await kept()).length;
      return (await respond(path, method)) as Response;
    };
    world.table = () => withConfirmed(comparing, 2);
    await world.ann.taps.confirm(TAP_ID);
    expect(keptWhenSaid).toBe(1);
    await world.hear(withConfirmed({ ...comparing, at: end }, 3));
    expect(await kept()).toHaveLength(end === "settled" ? 1 : 0);
  }
});
