// The folder of a device: whole records or none, for its owner's eyes alone, one process at a time.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fileStore } from "../../shared/client/node.ts";
import { createDeviceKeys, publicKeyBytes } from "../../shared/client/store/store.ts";

let parent: string;
let folder: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "store-"));
  folder = join(parent, "device");
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

test("records come back as they were, by id, and are gone once deleted", async () => {
  const store = fileStore(folder);
  expect(await store.get("cards", "a")).toBeNull();
  expect(await store.all("cards")).toEqual([]);
  await store.put("cards", "a", { text: "ä漢👩‍💻", list: [1, null] });
  await store.put("cards", "urn:uuid:../../b?*", 7);
  expect(await store.get("cards", "a")).toEqual({ text: "ä漢👩‍💻", list: [1, null] });
  expect(await store.get("contacts", "a")).toBeNull();
  expect(await store.all("cards")).toHaveLength(2);
  await store.delete("cards", "a");
  await store.delete("cards", "never there");
  expect(await store.all("cards")).toEqual([7]);
  expect(readdirSync(parent)).toEqual(["device"]);
});

test("an id may be as long as a card's is, and ids that begin alike stay apart", async () => {
  const store = fileStore(folder);
  const [one, two] = [`${"ü".repeat(300)}1`, `${"ü".repeat(300)}2`];
  await store.put("cards", one, 1);
  await store.put("cards", two, 2);
  expect([await store.get("cards", one), await store.get("cards", two)]).toEqual([1, 2]);
  await store.delete("cards", one);
  expect(await store.all("cards")).toEqual([2]);
});

test("files and folders are for their owner alone", async () => {
  const store = fileStore(folder);
  await store.put("attempts", "a", { secret: 1 });
  await store.adoptIdentity({ keys: await createDeviceKeys(true), log: [] });
  const release = await store.hold("a");
  expect([modeOf(folder), modeOf(join(folder, "attempts"))]).toEqual(["700", "700"]);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  const modes = files
    .filter((file) => file.isFile())
    .map((file) => `${file.name.split(".").at(-1)} ${modeOf(join(file.parentPath, file.name))}`);
  expect(modes.toSorted()).toEqual(["json 600", "json 600", "lock 600"]);
  release?.();
});

test("of writes at once one stays whole, and nothing is left beside it", async () => {
  const store = fileStore(folder);
  const value = (n: number) => ({ n, filler: String(n).repeat(50_000) });
  const reads: unknown[] = [];
  await Promise.all(
    Array.from({ length: 20 }, async (_, n) => {
      await store.put("settings", "a", value(n));
      reads.push(await store.get("settings", "a"));
    }),
  );
  for (const read of reads) expect(read).toEqual(value((read as { n: number }).n));
  expect(readdirSync(join(folder, "settings"))).toEqual(["a.json"]);
});

test("what a crash left half written is passed over", async () => {
  const store = fileStore(folder);
  await store.put("attempts", "a", 1);
  writeFileSync(join(folder, "attempts/b.json.0000.new"), '{"half');
  expect(await store.all("attempts")).toEqual([1]);
});

test("ID-1: of two identities the first is kept, and signs as before after a restart", async () => {
  const first = await fileStore(folder).adoptIdentity({
    keys: await createDeviceKeys(true),
    log: ["first"],
  });
  const second = await fileStore(folder).adoptIdentity({
    keys: await createDeviceKeys(true),
    log: ["second"],
  });
  expect(second.log).toEqual(["first"]);
  const loaded = await fileStore(folder).loadIdentity();
  expect(await publicKeyBytes(loaded!.keys.sign.publicKey)).toEqual(
    await publicKeyBytes(first.keys.sign.publicKey),
  );
  const message = new Uint8Array([1, 2, 3]);
  const signature = await crypto.subtle.sign("Ed25519", loaded!.keys.sign.privateKey, message);
  const { publicKey } = first.keys.sign;
  expect(await crypto.subtle.verify("Ed25519", publicKey, signature, message)).toBe(true);
});

test("ID-1: processes that make an identity at once end up with the same one", async () => {
  const program = `
    import { fileStore } from ${JSON.stringify(join(import.meta.dirname, "../../shared/client/node.ts"))};
    import { createDeviceKeys } from ${JSON.stringify(join(import.meta.dirname, "../../shared/client/store/store.ts"))};
    const store = fileStore(${JSON.stringify(folder)});
    const keys = await createDeviceKeys(true);
    process.stdout.write("ready\\n");
    process.stdin.once("data", async () => {
      const kept = await store.adoptIdentity({ keys, log: [process.pid] });
      console.log(JSON.stringify(kept.log));
      process.exit();
    });`;
  const children = Array.from({ length: 4 }, () => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (said += chunk));
    return { child, said: () => said };
  });
  await Promise.all(children.map(({ child }) => once(child.stdout, "data")));
  const ends = children.map(({ child }) => once(child, "exit"));
  for (const { child } of children) child.stdin.write("go");
  await Promise.all(ends);
  const kept = children.map(({ said }) => said().split("\n")[1]);
  expect(new Set(kept).size).toBe(1);
  expect(readdirSync(folder)).toEqual(["identity.json"]);
  expect(readFileSync(join(folder, "identity.json"), "utf8")).toContain(kept[0]!);
});

test("a name is held by one at a time, and is free once it is released", async () => {
  const store = fileStore(folder);
  await store.put("settings", "a", 1);
  const release = await store.hold("meeting");
  expect(release).not.toBeNull();
  expect(await fileStore(folder).hold("meeting")).toBeNull();
  expect(await store.hold("other")).not.toBeNull();
  release?.();
  expect(await store.hold("meeting")).not.toBeNull();
});

test("a name that a dead process held is free", async () => {
  const store = fileStore(folder);
  await store.put("settings", "a", 1);
  const dead = spawn(process.execPath, ["-e", ""]);
  await once(dead, "exit");
  const lock = join(folder, `meeting.${dead.pid}.${crypto.randomUUID()}.lock`);
  writeFileSync(lock, "");
  expect(await store.hold("meeting")).not.toBeNull();
  expect(readdirSync(folder)).not.toContain(basename(lock));
});

test("of many that find a dead process's lock at once, one takes it", async () => {
  await fileStore(folder).put("settings", "a", 1);
  const dead = spawn(process.execPath, ["-e", ""]);
  await once(dead, "exit");
  for (let round = 0; round < 20; round++) {
    writeFileSync(join(folder, `round${round}.${dead.pid}.${crypto.randomUUID()}.lock`), "");
    const taken = await Promise.all(
      Array.from({ length: 8 }, () => fileStore(folder).hold(`round${round}`)),
    );
    expect(taken.filter((release) => release !== null)).toHaveLength(1);
  }
});

test("of many that ask for a free name at once, one takes it", async () => {
  for (let round = 0; round < 20; round++) {
    const taken = await Promise.all(
      Array.from({ length: 8 }, () => fileStore(folder).hold(`round${round}`)),
    );
    expect(taken.filter((release) => release !== null)).toHaveLength(1);
  }
});

test("a name can be held in a folder that is not there yet", async () => {
  expect(await fileStore(folder).hold("first of all")).not.toBeNull();
});

test("ID-5: clearing deletes every file of the store, unfinished ones too, and leaves those of others", async () => {
  const store = fileStore(folder);
  await store.put("cards", "a", 1);
  await store.put("device", "erasure", true);
  await store.apply([{ collection: "messages", id: "a", value: "text" }]);
  await store.adoptIdentity({ keys: await createDeviceKeys(true), log: [] });
  store.signal("conversation of somebody");
  const id = "00000000-0000-4000-8000-000000000000";
  for (const name of [
    `identity.json.${id}.new`,
    `changes.1.${id}.json`,
    `changes.1.${id}.json.${id}.new`,
  ]) {
    writeFileSync(join(folder, name), "a secret");
  }
  writeFileSync(join(folder, "notes.txt"), "its owner's");
  const release = await store.hold("line");
  await store.clear();
  expect(readdirSync(folder).filter((name) => !name.endsWith(".lock"))).toEqual(["notes.txt"]);
  expect(await store.hold("line"), "what is held stays so").toBeNull();
  release?.();
  expect(readdirSync(folder)).toEqual(["notes.txt"]);
  expect([await store.loadIdentity(), await store.get("messages", "a")]).toEqual([null, null]);
  await store.put("cards", "b", 2);
  expect(await store.all("cards")).toEqual([2]);
});
