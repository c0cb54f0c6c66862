// BOX-2: files between contacts: sent from a copy, uploaded over interruptions, verified before anything is kept.

import { expect, test } from "vitest";
import { sentAgain } from "../../../shared/client/line/sentAgain.ts";
import { encodeContent } from "../../../shared/core/line/contentCoding.ts";
import { FileError, ProblemError } from "../../../shared/client/node.ts";
import {
  arrivedAt,
  digestOf,
  digestOfSome,
  fileOf,
  filesOf,
  LARGE,
  lastOf,
  openFilePair,
  someBytes,
} from "./fileWorld.ts";
import { calm, eventually } from "./lineWorld.ts";

test("BOX-2: a file comes as it was sent, with its name, caption, thumbnail and sides", async () => {
  const { server, a, b } = await openFilePair();
  await a.connect();
  await b.connect();
  const thumbnail = Uint8Array.of(0xff, 0xd8, 1, 2, 3);
  const sent = await a.messages.files.send(b.userId, fileOf(LARGE, "../../etc/holiday.jpg"), {
    caption: "the sea",
    thumbnail,
    width: 4_000,
    height: 3_000,
  });
  expect(sent).toMatchObject({ kind: "file", state: "uploading", text: "the sea", author: "me" });
  expect(sent.file).toMatchObject({ name: "holiday.jpg", type: "image/jpeg", size: LARGE });
  const got = await arrivedAt(b, a);
  expect(got).toMatchObject({ kind: "file", text: "the sea", author: "peer" });
  expect(got.file).toMatchObject({
    name: "holiday.jpg",
    type: "image/jpeg",
    size: LARGE,
    thumbnail: Buffer.from(thumbnail).toString("base64url"),
    width: 4_000,
    height: 3_000,
  });
  expect((await b.messages.conversation(a.userId))?.preview).toMatchObject({
    kind: "file",
    text: "the sea",
    fileName: "holiday.jpg",
  });
  expect((await b.messages.conversation(a.userId))?.unread).toBe(1);
  expect(await b.messages.files.kept(got)).toBeNull();
  const opened = await b.messages.files.open(got);
  expect(await digestOf(opened)).toBe(digestOfSome(LARGE));
  expect(await opened.read(1_048_570, 20)).toEqual(someBytes(LARGE).slice(1_048_570, 1_048_590));
  const blob = await opened.blob();
  expect(blob.type).toBe("image/jpeg");
  expect(Buffer.from(await blob.arrayBuffer()).equals(someBytes(LARGE))).toBe(true);
  expect(server.mostUnderWay).toBeLessThanOrEqual(3);
  const own = (await lastOf(a, b))!;
  expect(["sent", "delivered"]).toContain(own.state);
  const count = server.gets.length;
  expect(await digestOf(await a.messages.files.open(own))).toBe(digestOfSome(LARGE));
  await b.messages.files.open(got);
  expect(server.gets).toHaveLength(count);
  expect(await a.store.all("fileTasks")).toEqual([]);
  expect((await b.messages.search("SEA"))[0]?.id).toBe(sent.id);
  expect((await b.messages.search("holiday"))[0]?.id).toBe(sent.id);
});

test("BOX-2: the smallest files come whole, too", async () => {
  const { a, b } = await openFilePair();
  await a.connect();
  await b.connect();
  for (const size of [0, 1, 1_048_576]) {
    await a.messages.files.send(b.userId, fileOf(size, `${size}.bin`));
    await eventually(async () => (await filesOf(b, a)).some(({ file }) => file?.size === size));
    const got = (await filesOf(b, a)).find(({ file }) => file?.size === size)!;
    expect(await digestOf(await b.messages.files.open(got))).toBe(digestOfSome(size));
  }
});

test("BOX-2: a text that is written after a file need not wait for it", async () => {
  const { server, a, b } = await openFilePair();
  await a.connect();
  await b.connect();
  server.blobVerdict = () => "lost";
  await a.messages.files.send(b.userId, fileOf(10));
  await a.messages.send(b.userId, "look");
  await eventually(() => b.heard.includes("look"));
  expect((await a.shown(b)).map((line) => line.slice(4))).toEqual(["", "look"]);
  server.blobVerdict = () => null;
  server.world.clock.advance(60_000);
  await arrivedAt(b, a);
  expect((await b.shown(a)).map((line) => line.slice(6))).toEqual(["look", ""]);
});

test("BOX-2: a lost connection in the middle of an upload costs the chunks that were under way, no more", async () => {
  const { server, a, b } = await openFilePair();
  await a.connect();
  await b.connect();
  let calls = 0;
  server.blobVerdict = () => (++calls % 3 === 0 ? "lost" : null);
  await a.messages.files.send(b.userId, fileOf(LARGE));
  const got = await arrivedAt(b, a);
  server.blobVerdict = () => null;
  expect(await digestOf(await b.messages.files.open(got))).toBe(digestOfSome(LARGE));
  expect(server.blobs.size).toBeLessThanOrEqual(2); // of one the answer was lost
});

test("BOX-2: a token that the server takes no more is replaced", async () => {
  const { server, a, b } = await openFilePair();
  await a.connect();
  await b.connect();
  let puts = 0;
  server.blobVerdict = (what) => {
    if (what.startsWith("PUT") && ++puts === 3) server.token = "token 2";
    return null;
  };
  await a.messages.files.send(b.userId, fileOf(LARGE));
  const got = await arrivedAt(b, a);
  expect(server.asked.filter((what) => what === "POST token").length).toBeGreaterThan(0);
  expect(await digestOf(await b.messages.files.open(got))).toBe(digestOfSome(LARGE));
});

test("BOX-2: a full account is told of, and the file goes once there is room", async () => {
  const { server, a, b } = await openFilePair();
  await a.connect();
  await b.connect();
  server.blobVerdict = () => "storage-full";
  const sent = await a.messages.files.send(b.userId, fileOf(10));
  await expect(a.messages.stored(sent)).rejects.toMatchObject({ code: "storage-full" });
  expect(await a.messages.message(b.userId, `me/${sent.id}`)).toMatchObject({
    state: "refused",
    refusal: "storage-full",
  });
  server.blobVerdict = () => null;
  server.world.clock.advance(60_000);
  await calm();
  expect(await filesOf(b, a)).toEqual([]); // it waits for its author's word
  await a.messages.sendAgain((await lastOf(a, b))!);
  await arrivedAt(b, a);
  expect((await a.messages.stored(sent)).state).not.toBe("refused");
  expect((await lastOf(a, b))?.refusal).toBeUndefined();
});

test("BOX-2: an upload that is called off leaves nothing, here or at the server", async () => {
  const { server, a, b } = await openFilePair();
  await a.connect();
  await b.connect();
  await a.messages.send(b.userId, "before");
  server.blobVerdict = (what) => (what === "PUT 2" ? "lost" : null);
  const sent = await a.messages.files.send(b.userId, fileOf(LARGE));
  await eventually(() => server.puts.length >= 3);
  await a.messages.delete((await lastOf(a, b))!);
  await eventually(async () => (await a.store.all("fileTasks")).length === 0);
  expect(server.blobs.size).toBe(0);
  expect(await a.messages.message(b.userId, `me/${sent.id}`)).toBeNull();
  expect((await a.messages.conversation(b.userId))?.preview?.text).toBe("before");
  expect(await a.store.files.size(`${b.userId}.me.x`)).toBeNull();
  expect(a.messages.files.progressOf(sent)).toBeNull();
  await calm();
  expect(await filesOf(b, a)).toEqual([]);
});

test("BOX-2: what its author deletes is deleted at the server and on both devices", async () => {
  const { server, a, b } = await openFilePair();
  await a.connect();
  await b.connect();
  await a.messages.files.send(b.userId, fileOf(100));
  const got = await arrivedAt(b, a);
  await b.messages.files.open(got);
  await a.messages.delete((await lastOf(a, b))!);
  await eventually(async () => (await lastOf(b, a))?.isDeleted === true);
  await eventually(async () => (await a.store.all("fileTasks")).length === 0);
  await eventually(async () => (await b.store.all("fileTasks")).length === 0);
  expect(server.blobs.size).toBe(0);
  for (const [own, peer] of [
    [a, b],
    [b, a],
  ] as const) {
    const after = (await lastOf(own, peer))!;
    expect(after).toMatchObject({ isDeleted: true, text: "" });
    expect(after.file).toBeUndefined();
    expect(await own.messages.files.kept(got)).toBeNull();
  }
  await expect(b.messages.files.open((await lastOf(b, a))!)).rejects.toMatchObject({
    code: "expired",
  });
});

test("BOX-2: a caption can be changed", async () => {
  const { a, b } = await openFilePair();
  await a.connect();
  await b.connect();
  await a.messages.files.send(b.userId, fileOf(100), { caption: "see" });
  await arrivedAt(b, a);
  await a.messages.edit((await lastOf(a, b))!, "sea");
  await eventually(async () => (await lastOf(b, a))?.text === "sea");
  expect((await lastOf(b, a))?.file?.name).toBe("holiday.jpg");
});

test("BOX-2: what disappears takes its bytes with it, and what is discarded can be fetched again", async () => {
  const { server, a, b } = await openFilePair();
  await a.connect();
  await b.connect();
  await a.messages.setTimer(b.userId, 60);
  await a.messages.files.send(b.userId, fileOf(100));
  const got = await arrivedAt(b, a);
  await b.messages.files.open(got);
  await b.messages.files.discard(got);
  expect(await b.messages.files.kept(got)).toBeNull();
  await b.messages.files.open(got);
  await b.messages.read(a.userId);
  await eventually(async () => {
    server.world.clock.advance(5_000);
    return (await filesOf(b, a)).length === 0;
  });
  await eventually(async () => (await b.messages.files.kept(got)) === null);
  await expect(b.messages.files.open(got)).rejects.toMatchObject({ code: "expired" });
  expect(await b.messages.files.kept(got)).toBeNull();
  expect(server.blobs.size).toBe(1); // until 30 days are over: others may not have read it
});

test("BOX-2: a file that was lost with a session is said again, with its caption as it is by now", async () => {
  const { a, b } = await openFilePair();
  await a.connect();
  await b.connect();
  await a.messages.files.send(b.userId, fileOf(100), { caption: "see", width: 4, height: 3 });
  await arrivedAt(b, a);
  const own = { ...(await lastOf(a, b))!, state: "sent" as const };
  const times = { since: own.at, now: own.at };
  const [again] = sentAgain([own], times);
  const { size, ...facts } = own.file!;
  expect(size).toBe(100);
  expect(again).toEqual({
    kind: "file",
    id: own.id,
    at: own.at,
    text: "see",
    ...facts,
    isRepeated: true,
  });
  const longest = { ...own, text: "x".repeat(8_192), edit: { id: own.id, at: own.at } };
  const [first, edit] = sentAgain([longest], times);
  expect(first).not.toHaveProperty("text");
  expect(edit).toMatchObject({ kind: "edit", text: longest.text });
  for (const content of [again, first, edit]) expect(() => encodeContent(content!)).not.toThrow();
  const { blob: _, ...unsent } = own.file!;
  expect(sentAgain([{ ...own, state: "uploading", file: unsent }], times)).toEqual([]);
});

test("BOX-2: a picture keeps its type for whoever shows it; what could hold a program does not", async () => {
  const { a, b } = await openFilePair();
  await a.connect();
  const types = {
    "image/png": "image/png",
    "video/mp4": "video/mp4",
    "image/svg+xml": "application/octet-stream",
    "text/html": "application/octet-stream",
  };
  for (const [type, shown] of Object.entries(types)) {
    const sent = await a.messages.files.send(b.userId, fileOf(1, "x", type));
    expect(sent.file?.type).toBe(type);
    const kept = await a.messages.files.open(sent);
    expect((await kept.blob()).type).toBe(shown);
  }
});

const FAULTS = {
  "a changed byte": (index: number, sealed: Uint8Array) => {
    const changed = sealed.slice();
    if (index === 2) changed[100]! ^= 1;
    return changed;
  },
  "two chunks in each other's place": (
    index: number,
    sealed: Uint8Array,
    chunks: Map<number, Uint8Array>,
  ) => (index === 1 ? chunks.get(2)! : index === 2 ? chunks.get(1)! : sealed),
  "a shorter chunk": (index: number, sealed: Uint8Array) =>
    index === 3 ? sealed.subarray(0, 500) : sealed,
  "the first chunk as the last": (
    index: number,
    sealed: Uint8Array,
    chunks: Map<number, Uint8Array>,
  ) => (index === 4 ? chunks.get(0)!.slice(0, sealed.length) : sealed),
};
test.each(Object.entries(FAULTS))(
  "BOX-2: a server that serves %s is found out",
  async (_, fault) => {
    const { server, a, b } = await openFilePair();
    await a.connect();
    await b.connect();
    await a.messages.files.send(b.userId, fileOf(LARGE));
    const got = await arrivedAt(b, a);
    server.tamperChunk = (index, sealed, { chunks }) => fault(index, sealed, chunks);
    await expect(b.messages.files.open(got)).rejects.toMatchObject({
      name: "FileError",
      code: "tampered",
    });
    expect(await b.messages.files.kept(got)).toBeNull();
    server.tamperChunk = (_index, sealed) => sealed;
    expect(await digestOf(await b.messages.files.open(got))).toBe(digestOfSome(LARGE));
  },
);

test("BOX-2: a chunk that the server withholds is told of, and what came before it stays", async () => {
  const { server, a, b } = await openFilePair();
  await a.connect();
  await b.connect();
  await a.messages.files.send(b.userId, fileOf(LARGE));
  const got = await arrivedAt(b, a);
  server.tamperChunk = (index, sealed) => (index === 3 ? undefined : sealed);
  await expect(b.messages.files.open(got)).rejects.toMatchObject({ code: "expired" });
});

test("BOX-2: a download goes on where it was", async () => {
  const { server, a, b } = await openFilePair();
  await a.connect();
  await b.connect();
  await a.messages.files.send(b.userId, fileOf(LARGE));
  const got = await arrivedAt(b, a);
  const progress: number[] = [];
  const calling = new AbortController();
  const opening = b.messages.files.open(got, {
    signal: calling.signal,
    onProgress: ({ done }) => {
      progress.push(done);
      if (done >= 2 * 1_048_576) calling.abort();
    },
  });
  await expect(opening).rejects.toMatchObject({ code: "cancelled" });
  const before = server.gets.length;
  const again: number[] = [];
  const opened = await b.messages.files.open(got, { onProgress: ({ done }) => again.push(done) });
  expect(await digestOf(opened)).toBe(digestOfSome(LARGE));
  expect(server.gets.slice(before)).not.toContain("GET 0");
  expect(again[0]).toBe(2 * 1_048_576);
  expect(again.at(-1)).toBe(LARGE);
  expect(progress.slice(0, 3)).toEqual([0, 1_048_576, 2 * 1_048_576]);
});

test("BOX-2: without a connection a download gives up after a while, and can be tried again", async () => {
  const { server, a, b } = await openFilePair();
  await a.connect();
  await b.connect();
  await a.messages.files.send(b.userId, fileOf(LARGE));
  const got = await arrivedAt(b, a);
  server.blobVerdict = (what) => (what === "GET 2" ? "lost" : null);
  const opening = b.messages.files.open(got);
  let isOver = false;
  opening.catch(() => (isOver = true));
  await eventually(() => {
    server.world.clock.advance(5_000);
    return isOver;
  });
  await expect(opening).rejects.toMatchObject({ name: "ConnectionError" });
  server.blobVerdict = () => null;
  expect(await digestOf(await b.messages.files.open(got))).toBe(digestOfSome(LARGE));
});

test("BOX-2: progress is told now and then, and its end always", async () => {
  const { server, a, b } = await openFilePair();
  await a.connect();
  await b.connect();
  const sent = await a.messages.files.send(b.userId, fileOf(LARGE));
  await arrivedAt(b, a);
  const told = a.toldOf("file") as unknown as {
    message: string;
    progress: { done: number; total: number } | null;
  }[];
  expect(told.length).toBeGreaterThan(1);
  expect(told.every(({ message }) => message === `me/${sent.id}`)).toBe(true);
  expect(told[0]?.progress).toEqual({ done: 0, total: LARGE });
  expect(told.at(-1)?.progress).toBeNull();
  expect(server.puts.length).toBe(5);
});

test("BOX-2: what cannot be sent is refused before anything is kept", async () => {
  const { a, b } = await openFilePair();
  const tooLarge = { size: 100 * 1_048_576 + 1, read: async () => new Uint8Array() };
  const { files } = a.messages;
  await expect(files.send(b.userId, { name: "x", data: tooLarge })).rejects.toMatchObject({
    code: "too-large",
  });
  await expect(files.send("a".repeat(32), fileOf(1))).rejects.toMatchObject({
    code: "contact-unknown",
  });
  await expect(files.send(b.userId, fileOf(1), { caption: "x".repeat(4_097) })).rejects.toThrow(
    ProblemError,
  );
  await expect(
    files.send(b.userId, fileOf(1), { thumbnail: new Uint8Array(6_145) }),
  ).rejects.toThrow(ProblemError);
  const broken = { size: 10, read: () => Promise.reject(new Error("gone")) };
  await expect(files.send(b.userId, { name: "x", data: broken })).rejects.toThrow(FileError);
  const shrunk = { size: 10, read: async () => new Uint8Array(5) };
  await expect(files.send(b.userId, { name: "x", data: shrunk })).rejects.toMatchObject({
    code: "unreadable",
  });
  expect(await a.store.all("fileTasks")).toEqual([]);
  expect(await a.messages.page(b.userId)).toEqual([]);
});
