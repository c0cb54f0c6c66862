// PAS-4, PAS-6: what the next run of the program makes of attempts: a request that never came to stand is not made
// anew past its time, and an end that the meeting has told is not told again.

import { describe, expect, test } from "vitest";
import { type Meeting, memoryStore } from "../../shared/client/node.ts";
import {
  aWhile,
  BEN,
  eventually,
  HIGHEST_SID,
  inTime,
  PairingWorld,
  problemOf,
  typesOn,
} from "./pairingWorld.ts";

const T2_MS = 90_000;

/** Of which nothing was known. */
const OTHER_SID = `${"_".repeat(21)}A`;

const oversOf = ({ told }: PairingWorld) => told.filter(({ event }) => event === "requestOver");

/** The program is killed before the server has taken the opening; it is started again after that time. */
async function startedAgainAfter(ms: number, method: "key" | "passphrase") {
  const killed = memoryStore();
  const world = new PairingWorld();
  const acquaint = await world.open(killed);
  if (method === "key") void acquaint.showKey();
  else void acquaint.ask({ to: BEN, passphrase: "said lately" });
  const socket = await world.attempt(0);
  socket.accept();
  await eventually(() => typesOn(socket).includes("open"));

  // What lies on the disk at that moment.
  const store = memoryStore();
  await store.adoptIdentity((await killed.loadIdentity())!);
  const records = await killed.all<{ id: string }>("attempts");
  expect(records).toHaveLength(1);
  for (const record of records) await store.put("attempts", record.id, record);
  const later = new PairingWorld();
  later.clock.advance(ms);
  const again = await later.open(store);
  const [meeting] = await again.pendingMeetings();
  const resumed = await later.attempt(0);
  expect(later.wanted.at(-1)).toMatchObject({ purpose: "resume" });
  resumed.accept();
  resumed.say([problemOf("attempt-unknown")]);
  return { later, store, meeting: meeting as Meeting };
}

describe("PAS-4: a request that never came to stand, when the program starts again", () => {
  test.for([
    ["passphrase", T2_MS],
    ["passphrase", 86_400_000],
    ["key", 150_000],
  ] as const)(
    "by %s, %d ms later, is not made anew but ends as timed out",
    async ([method, ms]) => {
      const { later, store, meeting } = await startedAgainAfter(ms, method);
      await expect(meeting.contact).rejects.toMatchObject({ reason: "timedOut" });
      later.clock.advance(60_000);
      await aWhile();
      expect(later.attempts).toHaveLength(1);
      expect(later.attempts.flatMap(typesOn)).not.toContain("open");
      expect(await store.all("attempts")).toEqual([]);
    },
  );

  test.for([
    ["passphrase", T2_MS - 1_000],
    ["key", 149_000],
  ] as const)("by %s, in time, %d ms later, is made anew", async ([method, ms]) => {
    const { later, meeting } = await startedAgainAfter(ms, method);
    await inTime(later, () => later.attempts.length > 1);
    expect(later.wanted.at(-1)).toMatchObject({ purpose: "open" });
    await later.stand(later.attempts[1]!);
    expect(meeting.isOver).toBe(false);
  });
});

test("an attempt that another tab ends at that moment is not gone on with", async () => {
  const store = memoryStore();
  const world = new PairingWorld();
  const acquaint = await world.open(store);
  const asked = acquaint.ask({ passphrase: "said lately" });
  await world.stand(await world.attempt(0));
  await asked;
  await acquaint.close();
  const ending: typeof store = {
    ...store,
    hold: async (name) => {
      await store.delete("attempts", name);
      return store.hold(name);
    },
  };
  const later = new PairingWorld();
  expect(await (await later.open(ending)).pendingMeetings()).toEqual([]);
  await aWhile();
  expect(later.attempts).toEqual([]);
});

describe("PAS-6: the end of a request that was answered before a restart is told once", () => {
  async function answeredThenRestarted() {
    const store = memoryStore();
    const world = new PairingWorld();
    const acquaint = await world.open(store);
    acquaint.connect();
    const request = world.request(HIGHEST_SID);
    await world.ring(await world.line(), acquaint, request);
    const answered = acquaint.requests.answer(HIGHEST_SID, "their words");
    await world.claimed(await world.attempt(0), HIGHEST_SID);
    await answered;
    await acquaint.close();

    const later = new PairingWorld();
    const again = await later.open(store);
    const [meeting] = await again.pendingMeetings();
    const socket = await later.attempt(0);
    socket.accept();
    again.connect();
    return { later, line: await later.line(), socket, meeting: meeting as Meeting, request };
  }

  /** A request of which nothing was known, so that all before it has been heard. */
  const another = (world: PairingWorld) => world.over(world.request(OTHER_SID), "timedOut", 9);

  test("by the meeting, which then the mailbox does not repeat", async () => {
    const { later, line, socket, meeting, request } = await answeredThenRestarted();
    socket.say([{ type: "ended", outcome: "mismatch" }]);
    await expect(meeting.contact).rejects.toMatchObject({ reason: "mismatch" });
    await aWhile();
    line.say([later.over(request, "mismatch", 3), another(later)]);
    await eventually(() => oversOf(later).length > 0);
    expect(oversOf(later)).toMatchObject([{ request: { sid: OTHER_SID } }]);
  });

  test("also when the mailbox tells of it first", async () => {
    const { later, line, socket, meeting, request } = await answeredThenRestarted();
    line.say([later.over(request, "mismatch", 3), another(later)]);
    await eventually(() => oversOf(later).length > 0);
    socket.say([{ type: "ended", outcome: "mismatch" }]);
    await expect(meeting.contact).rejects.toMatchObject({ reason: "mismatch" });
    expect(oversOf(later)).toMatchObject([{ request: { sid: OTHER_SID } }]);
  });
});
