// What the line asks of a store: ranges in order, changes that are made together, names that one program holds,
// and signals between those that share it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fileStore, memoryStore, type Store } from "../../../shared/client/node.ts";
import type { Change, Collection } from "../../../shared/client/store/store.ts";
import { type Turn, TurnOver } from "../../../shared/client/store/turns.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "line-store-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const KINDS: Record<string, () => Store> = {
  memory: () => memoryStore(),
  file: () => fileStore(folder),
};

describe.each(Object.keys(KINDS))("the %s store", (kind) => {
  const open = KINDS[kind]!;

  test("gives ranges in the order of their ids, from either end", async () => {
    const store = open();
    const ids = ["b.2", "a.1", "b.10", "b.1", "b.3", "b", "ba.1", "c.1"];
    for (const id of ids) await store.put("timeline", id, id);
    await store.put("messages", "b.4", "of another collection");
    const range = (more: object) => store.range("timeline", { prefix: "b.", ...more });
    expect(await range({})).toEqual(["b.1", "b.10", "b.2", "b.3"]);
    expect(await range({ isReversed: true })).toEqual(["b.3", "b.2", "b.10", "b.1"]);
    expect(await range({ limit: 2 })).toEqual(["b.1", "b.10"]);
    expect(await range({ limit: 2, isReversed: true })).toEqual(["b.3", "b.2"]);
    expect(await range({ after: "b.1", before: "b.3" })).toEqual(["b.10", "b.2"]);
    expect(await range({ after: "b.3" })).toEqual([]);
    expect(await range({ before: "a.9" })).toEqual([]);
    expect(await store.range("timeline", { prefix: "" })).toHaveLength(8);
    expect(await store.range("expiries", { prefix: "" })).toEqual([]);
  });

  test("makes changes in their order, and gives back what was put, not what became of it", async () => {
    const store = open();
    const value = { text: "first" };
    await store.apply([
      { collection: "messages", id: "a", value },
      { collection: "outbox", id: "a", value: 1 },
      { collection: "outbox", id: "a" },
      { collection: "messages", id: "b", value: 2 },
    ]);
    value.text = "changed since";
    expect(await store.get("messages", "a")).toEqual({ text: "first" });
    expect(await store.get("outbox", "a")).toBeNull();
    expect(await store.all("messages")).toHaveLength(2);
    await store.apply([]);
  });

  test("tells signals to those who listen, until they do not", async () => {
    const store = open();
    const heard: string[] = [];
    const both = Promise.withResolvers<void>();
    const off = store.onSignal((name) => {
      heard.push(name);
      if (heard.length === 2) both.resolve();
    });
    store.signal("one");
    store.signal("conversation ä");
    await both.promise;
    expect(heard).toEqual(["one", "conversation ä"]);
    off();
    store.signal("three");
    expect(await open().hold("one")).not.toBeNull();
    expect(heard).toHaveLength(2);
  });

  test("gives turns at a name, one after another", async () => {
    const store = open();
    const began: string[] = [];
    const queue = (who: string) =>
      store.queue("line", {
        onTurn: ({ hasWaited }) => began.push(hasWaited ? `${who}, later` : who),
        onOver: () => began.push(`${who} no more`),
      });
    const first = queue("one");
    await expect.poll(() => began).toEqual(["one"]);
    const [second, third] = [queue("two"), queue("three")];
    // By then the others have looked as well, however busy the disk is.
    for (let times = 0; times < 20; times++) expect(await store.hold("line")).toBeNull();
    second.leave();
    first.leave();
    await expect.poll(() => began).toEqual(["one", "three, later"]);
    third.leave();
    const release = await store.hold("line");
    expect(release).not.toBeNull();
    const fourth = queue("four");
    expect(began).toHaveLength(2);
    release!();
    await expect.poll(() => began.at(-1)).toMatch("four");
    fourth.leave();
  });

  test("lets one program hold a name at a time", async () => {
    const store = open();
    const release = await store.hold("line https://acquaint.example");
    expect(release).not.toBeNull();
    expect(await store.hold("line https://acquaint.example")).toBeNull();
    release!();
    expect(await store.hold("line https://acquaint.example")).not.toBeNull();
  });
});

test("BOX-6: what a tab is at when another overtakes it changes nothing", async () => {
  const store = memoryStore();
  const turns: Turn[] = [];
  const over: number[] = [];
  const places = [0, 1].map((index) =>
    store.queue("line", {
      onTurn: (turn) => turns.push(turn),
      onOver: () => over.push(index),
    }),
  );
  await expect.poll(() => turns.length).toBe(1);
  await store.apply([{ collection: "sessions", id: "a", value: 1 }], turns[0]);
  places[0]!.overtake(); // its own turn goes on
  places[1]!.overtake();
  await expect.poll(() => turns.length).toBe(2);
  expect(over).toEqual([0]);
  const late = store.apply([{ collection: "sessions", id: "a", value: 2 }], turns[0]);
  await expect(late).rejects.toBeInstanceOf(TurnOver);
  await store.apply([{ collection: "sessions", id: "b", value: 3 }], turns[1]);
  expect(await store.all("sessions")).toEqual([1, 3]);
  places[1]!.leave();
  await expect.poll(() => turns.length).toBe(3);
});

/** As many as one message makes, and more. */
const PLACES: readonly (readonly [Collection, string])[] = (
  ["messages", "timeline", "expiries", "conversations", "outbox", "sessions"] as const
).flatMap((collection) => [1, 2].map((id) => [collection, `${id}`] as const));

const changesOf = (n: number): Change[] =>
  PLACES.map(([collection, id]) => ({ collection, id, value: { n, filler: "x".repeat(500) } }));

const numbersIn = async (store: Store): Promise<number[]> => {
  const kept = PLACES.map(([collection, id]) => store.get<{ n: number }>(collection, id));
  return (await Promise.all(kept)).map((value) => value?.n ?? 0);
};

test(
  "BOX-6: a process that is killed in the middle leaves all of its changes or none, for whoever holds its name next",
  { timeout: 120_000 },
  async () => {
    const program = `
    import { fileStore } from ${JSON.stringify(join(import.meta.dirname, "../../../shared/client/node.ts"))};
    const store = fileStore(process.argv[1]);
    await store.hold("line");
    const changesOf = (n) => ${JSON.stringify(changesOf(0))}.map((c) => ({ ...c, value: { ...c.value, n } }));
    for (let n = 1; ; n++) {
      await store.apply(changesOf(n));
      process.stdout.write(n + "\\n");
    }`;
    for (let round = 0; round < 4; round++) {
      const own = join(folder, `round${round}`);
      const child = spawn(process.execPath, ["--input-type=module", "-e", program, own], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let told = "";
      const done = Promise.withResolvers<void>();
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
        told += chunk;
        if (told.split("\n").length > 2 + (round % 3)) done.resolve();
      });
      await done.promise;
      const exit = once(child, "exit");
      // Somewhere within the changes that it is at.
      for (let spin = 0; spin < round * 5; spin++) readdirSync(own);
      child.kill("SIGKILL");
      await exit;
      const last = Number(told.trimEnd().split("\n").at(-1));
      const next = fileStore(own);
      expect(await next.hold("line")).not.toBeNull();
      const numbers = new Set(await numbersIn(next));
      expect(numbers.size, `round ${round}`).toBe(1);
      expect([...numbers][0]).toBeGreaterThanOrEqual(last);
      expect(readdirSync(own).filter((name) => name.startsWith("changes."))).toEqual([]);
    }
  },
);

test("BOX-6: what a dead process had written down and made in part is made in full before its name is held again", async () => {
  const dead = spawn(process.execPath, ["-e", ""]);
  await once(dead, "exit");
  const store = fileStore(folder);
  await store.apply(changesOf(1));
  for (const half of changesOf(2).slice(5)) await store.apply([half]);
  const journal = join(folder, `changes.${dead.pid}.${crypto.randomUUID()}.json`);
  writeFileSync(journal, JSON.stringify(changesOf(2)));
  writeFileSync(`${journal}.${dead.pid}.${crypto.randomUUID()}.new`, "[{");
  expect(new Set(await numbersIn(store)).size).toBe(2);
  const holds = await Promise.all(
    ["line", "a meeting"].map((name) => fileStore(folder).hold(name)),
  );
  expect(holds).not.toContain(null);
  expect(new Set(await numbersIn(store))).toEqual(new Set([2]));
  expect(readdirSync(folder).filter((name) => name.startsWith("changes."))).toEqual([]);
});

test("BOX-6: changes that a full disk interrupts are finished before anything else is read", async () => {
  const store = fileStore(folder);
  await store.apply(changesOf(1));
  rmSync(join(folder, "outbox"), { recursive: true });
  writeFileSync(join(folder, "outbox"), "no folder");
  await expect(store.apply(changesOf(2))).rejects.toThrow();
  await expect(store.get("messages", "1")).rejects.toThrow();
  rmSync(join(folder, "outbox"));
  expect(new Set(await numbersIn(store))).toEqual(new Set([2]));
  expect(readdirSync(folder).filter((name) => name.startsWith("changes."))).toEqual([]);
});
