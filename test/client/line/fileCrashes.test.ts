// BOX-6 with files: a device that dies before any of its writes goes on with its uploads, and leaves nothing behind,
// here or at the server, of what nobody was told of.

import { expect, test } from "vitest";
import { memoryStore, type Store } from "../../../shared/client/node.ts";
import { dyingStore } from "./dyingStore.ts";
import { digestOf, digestOfSome, fileOf, filesOf, FileServer } from "./fileWorld.ts";
import { calm, eventually, meetBetween, Person } from "./lineWorld.ts";

const SIZE = 2 * 1_048_576 + 1;

/** A store in memory, and every file that anything was ever written of. */
function countedStore(): { store: Store; written: Set<string> } {
  const written = new Set<string>();
  const base = memoryStore();
  const write: Store["files"]["write"] = (id, index, piece) => {
    written.add(id);
    return base.files.write(id, index, piece);
  };
  return { store: { ...base, files: { ...base.files, write } }, written };
}

async function openMortal(fatal: number) {
  const server = new FileServer();
  const { store: base, written } = countedStore();
  const other = await Person.open(server);
  const before = await Person.open(server, base);
  await meetBetween(before, other);
  await before.connect();
  await other.connect();
  await before.messages.send(other.userId, "a session stands");
  await eventually(() => other.heard.length === 1);
  before.disconnect();
  await before.line.stop();
  const dying = dyingStore(base, fatal);
  const first = await Person.open(server, dying.store);
  return { server, base, written, other, dying, first };
}

/** Never done, for one that dies meanwhile. */
async function connectMortal(person: Person, isDead: () => boolean): Promise<void> {
  void person.connect();
  await eventually(() => isDead() || person.line.isHolder);
}

/** All that could be done has been done. */
async function settle(server: FileServer, person: Person, isSo: () => Promise<boolean>) {
  await eventually(async () => {
    server.world.clock.advance(1_000);
    return (await person.store.all("fileTasks")).length === 0 && (await isSo());
  });
  await calm();
}

test(
  "BOX-6: whichever write a device dies before, a file that was sent arrives once and whole",
  { timeout: 180_000 },
  async () => {
    let fatal = 0;
    for (let hasDied = true; hasDied; fatal++) {
      const label = `killed at ${fatal}`;
      const { server, base, written, other, dying, first } = await openMortal(fatal);
      await connectMortal(first, () => dying.isDead);
      let isSaid = false;
      first.messages.files.send(other.userId, fileOf(SIZE)).then(
        () => (isSaid = true),
        () => {},
      );
      await eventually(async () => {
        server.world.clock.advance(100);
        if (dying.isDead) return true;
        return (await filesOf(first, other))[0]?.state === "delivered";
      });
      await calm();
      hasDied = dying.isDead;
      first.disconnect();
      if (!hasDied) await first.line.stop();

      const second = await Person.open(server, base);
      await second.connect();
      const isThere = async () => (await filesOf(other, second)).length > 0;
      await settle(server, second, async () => !isSaid || (await isThere()));
      const own = await filesOf(second, other);
      const theirs = await filesOf(other, second);
      if (isSaid) expect(theirs, label).toHaveLength(1);
      expect(
        theirs.map(({ id }) => id),
        label,
      ).toEqual(own.map(({ id }) => id));
      expect(server.blobs.size, label).toBeLessThanOrEqual(theirs.length + 1); // of one nobody may know
      for (const message of theirs) {
        expect(await digestOf(await other.messages.files.open(message)), label).toBe(
          digestOfSome(SIZE),
        );
      }
      const sizes = await Promise.all([...written].map((id) => base.files.size(id)));
      expect(
        sizes.filter((size) => size !== null),
        label,
      ).toEqual(own.map(() => SIZE));
      expect(second.faults, label).toEqual([]);
      await second.line.stop();
    }
    expect(fatal).toBeGreaterThan(10);
  },
);

test(
  "BOX-6: whichever write a device dies before, what was called off is gone, here and at the server",
  { timeout: 180_000 },
  async () => {
    let fatal = 0;
    for (let hasDied = true; hasDied; fatal++) {
      const label = `killed at ${fatal}`;
      const { server, base, written, other, first } = await openMortal(Infinity);
      await first.connect();
      server.blobVerdict = (what) => (what === "PUT 2" ? "try-again" : null);
      const sent = await first.messages.files.send(other.userId, fileOf(SIZE));
      await eventually(() => server.puts.length >= 3);
      first.disconnect();
      await first.line.stop();

      const mortal = dyingStore(base, fatal);
      const second = await Person.open(server, mortal.store);
      await connectMortal(second, () => mortal.isDead);
      let isCancelled = false;
      second.messages.files.cancel(sent).then(
        () => (isCancelled = true),
        () => {},
      );
      await eventually(async () => {
        if (mortal.isDead) return true;
        return isCancelled && (await base.all("fileTasks")).length === 0;
      });
      await calm();
      hasDied = mortal.isDead;
      second.disconnect();
      if (!hasDied) await second.line.stop();

      const third = await Person.open(server, base);
      await third.connect();
      if (!isCancelled) await third.messages.files.cancel(sent);
      await settle(server, third, async () => true);
      expect(await filesOf(third, other), label).toEqual([]);
      expect(await filesOf(other, third), label).toEqual([]);
      expect(server.blobs.size, label).toBe(0);
      for (const id of written) expect(await base.files.size(id), label).toBeNull();
      await third.line.stop();
    }
    expect(fatal).toBeGreaterThan(3);
  },
);

test("BOX-6: an upload goes on after a restart with the chunks that are missing", async () => {
  const { server, base, other, first } = await openMortal(Infinity);
  await first.connect();
  let puts = 0;
  server.blobVerdict = (what) => (what.startsWith("PUT") && ++puts > 2 ? "try-again" : null);
  await first.messages.files.send(other.userId, fileOf(SIZE));
  await eventually(() => puts > 2);
  await calm();
  const stored = [...server.blobs.values()][0]!.chunks.size;
  expect(stored).toBe(2);
  first.disconnect();
  await first.line.stop();
  expect(await base.all("fileTasks")).toHaveLength(1);

  server.blobVerdict = () => null;
  const before = server.puts.length;
  const second = await Person.open(server, base);
  await second.connect();
  await settle(server, second, async () => (await filesOf(other, second)).length === 1);
  expect(server.puts.length - before).toBe(1);
  expect(server.blobs.size).toBe(1);
});

test("BOX-2: a tab that does not hold the line leaves its file to the one that does, and hears how far it is", async () => {
  const server = new FileServer();
  const store = memoryStore();
  const other = await Person.open(server);
  const holder = await Person.open(server, store);
  await meetBetween(holder, other);
  await holder.connect();
  await other.connect();
  const second = await Person.open(server, store);
  second.line.start();
  await calm();
  expect(second.line.isHolder).toBe(false);
  const sent = await second.messages.files.send(other.userId, fileOf(SIZE));
  expect(sent).toMatchObject({ kind: "file", state: "uploading" });
  await settle(server, holder, async () => (await filesOf(other, holder)).length === 1);
  const told = second.toldOf("file") as unknown as { progress: { done: number } | null }[];
  expect(told.some(({ progress }) => progress !== null)).toBe(true);
  expect(told.at(-1)?.progress).toBeNull();
  const [message] = await filesOf(other, holder);
  expect(await digestOf(await other.messages.files.open(message!))).toBe(digestOfSome(SIZE));
});

test("BOX-2: two tabs that open one file download it once", async () => {
  const server = new FileServer();
  const store = memoryStore();
  const author = await Person.open(server);
  const holder = await Person.open(server, store);
  await meetBetween(author, holder);
  await author.connect();
  await holder.connect();
  await author.messages.files.send(holder.userId, fileOf(SIZE));
  await settle(server, author, async () => (await filesOf(holder, author)).length === 1);
  const [message] = await filesOf(holder, author);
  const second = await Person.open(server, store);
  const opening = Promise.all([
    holder.messages.files.open(message!),
    second.messages.files.open(message!),
  ]);
  let isOver = false;
  void opening.finally(() => (isOver = true));
  await eventually(() => {
    server.world.clock.advance(200);
    return isOver;
  });
  for (const kept of await opening) expect(await digestOf(kept)).toBe(digestOfSome(SIZE));
  expect(server.gets.length).toBeLessThanOrEqual(4);
});
