// Two senders, and a receiver with two devices, in a model-based run of the line; and what may happen to them.

// oxlint-disable vitest/no-standalone-expect -- a model-based run checks where it acts

import { abortAllDurableObjects, evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import fc from "fast-check";
import { expect, vi } from "vitest";
import { WINDOW_MAX_ENVELOPES } from "../../../shared/wire/limits.ts";
import { registerAccount, type TestAccount } from "../support/accounts.ts";
import { addDevice } from "../support/asking.ts";
import { advanceClock } from "../support/clock.ts";
import { befriend, type failDeliveries, heldBy, mailboxOf } from "../support/line.ts";
import { LineReader, LineSender } from "./lineEnds.ts";

export interface LineCast {
  readonly ann: TestAccount;
  readonly cem: TestAccount;
  readonly ben: TestAccount;
  readonly tablet: TestAccount;
}

export async function makeLineCast(): Promise<LineCast> {
  const [ann, ben, cem] = [
    await registerAccount(),
    await registerAccount(),
    await registerAccount(),
  ];
  await befriend(ann, ben);
  await befriend(cem, ben);
  return { ann, cem, ben, tablet: await addDevice(ben, 1) };
}

/** Where the clock stood at most: mailboxes may have woken then. */
let latest = 0;

export class LineWorld {
  readonly senders: readonly LineSender[];
  readonly readers: readonly LineReader[];
  readonly failing: ReturnType<typeof failDeliveries>;
  readonly #ben: TestAccount;

  constructor({ ann, cem, ben, tablet }: LineCast, failing: ReturnType<typeof failDeliveries>) {
    this.senders = [new LineSender(ann, ben), new LineSender(cem, ben)];
    this.readers = [new LineReader(ben, 0), new LineReader(tablet, 1)];
    this.failing = failing;
    this.#ben = ben;
  }

  async evict(who: "ben" | "ann", webSockets: "hibernate" | "close"): Promise<void> {
    const account = who === "ben" ? this.#ben : this.senders[0]?.account;
    if (account === undefined) return;
    // An object that is not awake cannot be evicted.
    await evictDurableObject(mailboxOf(account), { webSockets }).catch(() => {});
  }

  async restart(): Promise<void> {
    await abortAllDurableObjects();
    for (const end of [...this.senders, ...this.readers]) end.disconnect();
  }

  async alarm(): Promise<void> {
    await runDurableObjectAlarm(mailboxOf(this.#ben));
  }

  /** Senders hear of refusals before time passes. The clock steps back less than tokens allow for. */
  async elapse(milliseconds: number): Promise<void> {
    for (const sender of this.senders) {
      await sender.taken();
      await sender.answered();
    }
    if (milliseconds >= 0) advanceClock(milliseconds);
    latest = Math.max(latest, Date.now());
    if (milliseconds < 0) vi.setSystemTime(latest + milliseconds);
  }

  checkWindows(): void {
    for (const { underWay } of this.readers) {
      expect(underWay).toBeLessThanOrEqual(WINDOW_MAX_ENVELOPES);
    }
  }

  /** Lets everyone come to an end, and checks what each device has kept. */
  async settle(): Promise<void> {
    this.failing.left = 0;
    for (const sender of this.senders) {
      while (!sender.isDone()) {
        await this.elapse(2_000);
        await sender.send(0, 0, true);
      }
    }
    for (const reader of this.readers) {
      while ((await heldBy(this.#ben)).some(({ device }) => device === reader.device)) {
        await reader.connect();
        await reader.confirm(1);
      }
    }
    for (const reader of this.readers) {
      reader.disconnect();
      for (const sender of this.senders) {
        const kept = [...reader.kept.values()].filter(({ from }) => from === sender.account.userId);
        expect(kept.map(({ box }) => box)).toEqual(sender.boxesFor(reader.device));
      }
    }
    for (const sender of this.senders) sender.disconnect();
  }
}

type Command = fc.AsyncCommand<object, LineWorld>;

const command = (name: string, act: (world: LineWorld) => Promise<unknown> | void): Command => ({
  check: () => true,
  run: async (_, world) => {
    await act(world);
    world.checkWindows();
  },
  toString: () => name,
});

const sender = fc.constantFrom(0, 1);
const end = fc.constantFrom(0, 1);

const send = (max: number, bytes: number) =>
  fc
    .tuple(sender, fc.integer({ min: 1, max }), fc.boolean())
    .map(([who, count, isAwaited]) =>
      command(
        `${who === 0 ? "ann" : "cem"} sends ${count} of ${bytes} bytes${isAwaited ? "" : ", and does not wait"}`,
        (world) => world.senders[who]?.send(count, bytes, isAwaited),
      ),
    );

const ofReader = (name: string, act: (reader: LineReader) => Promise<void> | void) =>
  end.map((device) =>
    command(`device ${device} ${name}`, (world) => act(world.readers[device] as LineReader)),
  );

const ofWorld = (name: string, act: (world: LineWorld) => Promise<void> | void) =>
  fc.constant(command(name, act));

export const LINE_COMMANDS: fc.Arbitrary<Command>[] = [
  send(4, 60),
  send(4, 60),
  send(40, 60),
  send(90, 60),
  send(60, 7_000),
  ofReader("connects", (reader) => reader.connect()),
  ofReader("connects", (reader) => reader.connect()),
  ofReader("disconnects", (reader) => reader.disconnect()),
  ofReader("confirms all", (reader) => reader.confirm(1)),
  ofReader("confirms all", (reader) => reader.confirm(1)),
  ofReader("confirms some", (reader) => reader.confirm(0.4)),
  sender.map((who) =>
    command(`sender ${who} disconnects`, (world) => world.senders[who]?.disconnect()),
  ),
  ofWorld("ben's mailbox hibernates", (world) => world.evict("ben", "hibernate")),
  ofWorld("ben's mailbox hibernates", (world) => world.evict("ben", "hibernate")),
  ofWorld("ben's mailbox is evicted", (world) => world.evict("ben", "close")),
  ofWorld("ann's mailbox hibernates", (world) => world.evict("ann", "hibernate")),
  ofWorld("ann's mailbox is evicted", (world) => world.evict("ann", "close")),
  ofWorld("all objects are aborted", (world) => world.restart()),
  ofWorld("ben's alarm fires", (world) => world.alarm()),
  ofWorld("a second passes", (world) => world.elapse(1_000)),
  ofWorld("a minute passes, and the alarm fires", async (world) => {
    await world.elapse(61_000);
    await world.alarm();
  }),
  ofWorld("the clock steps back", (world) => world.elapse(-4_000)),
  fc.constantFrom("before" as const, "after" as const).map((at) =>
    command(`the next call to ben fails ${at} it is dealt with`, (world) => {
      world.failing.left = 1;
      world.failing.at = at;
    }),
  ),
];
