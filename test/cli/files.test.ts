// Files in the terminal client: sent with exit code 0 once the server has all of it, shown, and saved (BOX-2).
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AccountExport } from "../../shared/client/node.ts";
import { startServer, type ServerProcess } from "../support/serverProcess.ts";
import { type Person, temporaryFolder } from "./acquaintProcess.ts";
import { pair } from "./conversing.ts";

let server: ServerProcess;
let ada: Person;
let bob: Person;
beforeAll(async () => {
  server = await startServer();
  ({ ada, bob } = await pair(server.url));
});
afterAll(() => server.stop());

/** A file of random bytes, in a folder of its own. */
function madeFile(name: string, size: number): { path: string; digest: string } {
  const path = join(temporaryFolder(), name);
  const bytes = randomBytes(size);
  writeFileSync(path, bytes);
  return { path, digest: digestOf(bytes) };
}

function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

const digestOfFile = (path: string) => digestOf(readFileSync(path));

test("BOX-2: a file is at the server once send has ended; inbox shows it, and save writes it", async () => {
  const { path, digest } = madeFile("holiday.jpg", 2_500_000);
  const sent = await ada.run("send", "Bob", "the sea", "--file", path);
  expect([sent.code, sent.events]).toMatchObject([0, [{ event: "state", state: "sent" }]]);
  const id = String(sent.events[0]?.["id"]);
  const { events } = await bob.run("inbox");
  expect(events).toMatchObject([
    {
      event: "message",
      id,
      text: "the sea",
      file: { name: "holiday.jpg", type: "image/jpeg", size: 2_500_000 },
    },
  ]);
  const folder = temporaryFolder();
  const saved = await bob.run("save", "Ada", id, folder);
  const place = join(folder, "holiday.jpg");
  expect([saved.code, saved.events]).toMatchObject([
    0,
    [{ event: "saved", id, file: place, name: "holiday.jpg", size: 2_500_000 }],
  ]);
  expect(digestOfFile(place)).toBe(digest);
  expect(statSync(place).mode & 0o777).toBe(0o600);
  const again = await bob.run("save", "Ada", "last", folder);
  expect([again.code, again.events[0]]).toMatchObject([2, { code: "file-exists" }]);
  expect((await bob.run("save", "Ada", "last", folder, "--force")).code).toBe(0);
  expect((await ada.run("save", "Bob", id, join(folder, "mine.jpg"))).code).toBe(0);
  expect(readdirSync(folder).toSorted()).toEqual(["holiday.jpg", "mine.jpg"]);
});

test("BOX-2: people see name, size, caption and the id to save it by", async () => {
  const { path } = madeFile("notes.txt", 1_234);
  const { stdout } = await ada.read("send", "Bob", "see [2]", "--file", path);
  expect(stdout).toMatch(/ {4}(sent|delivered) to Bob\n$/);
  const shown = await bob.read("inbox");
  expect(shown.stdout).toMatch(/Ada: \[notes\.txt, 1\.2 KB\]\n +see \[2\]\n {4}[\w-]{11}\n$/);
  const folder = temporaryFolder();
  const saved = await bob.read("save", "Ada", "last", folder);
  expect(saved.stdout).toBe(`${join(folder, "notes.txt")}, 1.2 KB.\n`);
});

test("BOX-2: inbox --save writes all that it shows; a name that is taken gets a number", async () => {
  const [first, second] = [madeFile("a.txt", 10), madeFile("a.txt", 20)];
  for (const { path } of [first, second]) await ada.run("send", "Bob", "--file", path);
  const folder = join(temporaryFolder(), "new");
  const { code, events } = await bob.run("inbox", "--save", folder);
  expect([code, events.map(({ event }) => event)]).toEqual([
    0,
    ["message", "saved", "message", "saved"],
  ]);
  expect(readdirSync(folder).toSorted()).toEqual(["a (2).txt", "a.txt"]);
  expect(digestOfFile(join(folder, "a.txt"))).toBe(first.digest);
  expect(digestOfFile(join(folder, "a (2).txt"))).toBe(second.digest);
});

test("BOX-2: what its author deletes is gone, and cannot be saved any more", async () => {
  const { path } = madeFile("secret.txt", 10);
  const sent = await ada.run("send", "Bob", "--file", path);
  const id = String(sent.events[0]?.["id"]);
  await bob.run("inbox");
  await ada.run("send", "Bob", "--delete", id);
  await bob.run("inbox");
  const { code, events } = await bob.run("save", "Ada", id);
  expect([code, events[0]]).toMatchObject([1, { code: "message-unknown" }]);
  expect(existsSync("secret.txt")).toBe(false);
});

test("BOX-2: an interrupted upload goes on with the next command that connects", async () => {
  const { path, digest } = madeFile("large.bin", 12_000_000);
  const sending = ada.start("send", "Bob", "--file", path);
  await expect.poll(() => tasksOf(ada).some((name) => name.startsWith("upload."))).toBe(true);
  sending.signal("SIGKILL");
  await sending.ended;
  const { events } = await ada.run("send", "Bob", "after it");
  expect(events[0]).toMatchObject({ event: "state" });
  const following = ada.start("inbox", "--follow");
  await expect.poll(() => tasksOf(ada), { timeout: 60_000 }).toEqual([]);
  const hasCome = async () =>
    (await bob.run("inbox", "--all")).events.some(
      ({ file }) => (file as { name?: string } | undefined)?.name === "large.bin",
    );
  await expect.poll(hasCome, { timeout: 60_000 }).toBe(true);
  following.signal("SIGINT");
  await following.ended;
  const folder = temporaryFolder();
  expect((await bob.run("save", "Ada", "last", folder)).code).toBe(0);
  expect(digestOfFile(join(folder, "large.bin"))).toBe(digest);
});

/** What is still to be done with files in that home. */
function tasksOf({ home }: Person): string[] {
  const folder = join(home, "fileTasks");
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
}

describe("BOX-2: what cannot be sent or saved is refused before anything happens", () => {
  test.each([
    [["send", "Bob", "--file", "/nowhere/a.txt"], 2, "file-unreadable"],
    [["send", "Bob", "--file", "/"], 2, "file-unreadable"],
    [["send", "Bob", "hi", "--file", "/etc/hostname", "--edit", "last"], 2, "usage"],
    [["send", "Bob", "x".repeat(4_097), "--file", "/etc/hostname"], 2, "text-too-long"],
    [["save", "Bob"], 2, "usage"],
    [["save", "Bob", "last"], 1, "message-unknown"],
  ])("%.60j", async (args, code, error) => {
    const [person] = args[0] === "save" ? [(await pair(server.url)).ada] : [ada];
    const ended = await person.run(...args);
    expect([ended.code, ended.events[0]?.["code"]]).toEqual([code, error]);
  });

  test("a file that is too large is told with its size", async () => {
    const path = join(temporaryFolder(), "huge.bin");
    writeFileSync(path, "");
    const { truncateSync } = await import("node:fs");
    truncateSync(path, 100 * 1024 * 1024 + 1);
    const { code, events } = await ada.run("send", "Bob", "--file", path);
    expect([code, events[0]]).toMatchObject([2, { code: "file-too-large", max: 104_857_600 }]);
  });
});

test("ID-5: an export names files without their keys, and writes those that are here", async () => {
  const { path, digest } = madeFile("kept.bin", 5_000);
  await bob.run("send", "Ada", "mine", "--file", path);
  const folder = temporaryFolder();
  const place = join(folder, "export.json");
  expect((await bob.run("export", place, "--files", join(folder, "files"))).code).toBe(0);
  const text = readFileSync(place, "utf8");
  const messages = (JSON.parse(text) as AccountExport).conversations[0]!.messages;
  const { file } = messages.find(({ text: caption }) => caption === "mine")!;
  expect(file).toEqual({
    name: "kept.bin",
    type: "application/octet-stream",
    size: 5_000,
    isHere: true,
    path: join(folder, "files", "kept.bin"),
  });
  expect(digestOfFile(file!.path!)).toBe(digest);
  expect(text).not.toContain('"key":');
});

test("BOX-2: a chat sends and saves files beside what is said", async () => {
  const { path, digest } = madeFile("from chat.bin", 300_000);
  const folder = temporaryFolder();
  mkdirSync(join(folder, "into"));
  const chat = bob.start("chat", "Ada");
  const talking = ada.start("chat", "Bob");
  talking.type(`/file ${path}\nthere\n/quit\n`);
  await chat.line(/"from chat\.bin"/);
  await talking.ended;
  chat.type(`/save ${join(folder, "into")}\n/file\n`);
  const place = join(folder, "into", "from chat.bin");
  await chat.ended;
  await expect.poll(() => existsSync(place)).toBe(true);
  expect(digestOfFile(place)).toBe(digest);
});
