// BOX-6: whose a lock, a journal or a half-written file in the folder is, is told from which process made it, and
// never from the time: not after a sleep, and not when a later process has the number of a dead one.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { fileStore } from "../../shared/client/node.ts";
import { madeFile } from "../../shared/client/store/fileMakers.ts";
import type { Change } from "../../shared/client/store/store.ts";

/** Makers are told from each other by their start, which the kernel of Linux tells. */
const IS_LINUX = process.platform === "linux";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "makers-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const namesIn = (ending: string) => readdirSync(folder).filter((name) => name.endsWith(ending));

/** The process of the only lock of that name. */
function holderOf(name: string): string {
  const locks = readdirSync(folder).map(madeFile);
  const makers = locks.flatMap((made) => (made?.name === name ? [made.maker] : []));
  expect(makers).toHaveLength(1);
  return makers[0]!;
}

function leave(name: string, maker: string, ending: string, content = ""): string {
  const file = `${name}.${maker}.${crypto.randomUUID()}.${ending}`;
  writeFileSync(join(folder, file), content);
  return file;
}

/** Another process that tries to hold a name, and stays. */
async function otherProcess(name: string): Promise<{ child: ChildProcess; holds: boolean }> {
  const program = `
    import { fileStore } from ${JSON.stringify(join(import.meta.dirname, "../../shared/client/node.ts"))};
    const release = await fileStore(${JSON.stringify(folder)}).hold(${JSON.stringify(name)});
    console.log(release !== null);
    setInterval(() => {}, 60_000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  return { child, holds: said.toString().trim() === "true" };
}

async function killed(child: ChildProcess): Promise<void> {
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}

/** Another process with the same number, and an earlier start. */
function earlier(maker: string): string {
  const [pid, start, ...rest] = maker.split("-");
  return [pid, Number(start) - 1, ...rest].join("-");
}

const CHANGES: Change[] = [
  { collection: "sessions", id: "peer.0", value: { n: 6 } },
  { collection: "outbox", id: "peer.1", value: { n: 6 } },
];

test("BOX-6: a name stays held through a sleep, or a step of the clock, of any length", async () => {
  const store = fileStore(folder);
  expect(await store.hold("line")).not.toBeNull();
  utimesSync(join(folder, namesIn(".lock")[0]!), new Date(0), new Date(0));
  expect(await store.hold("meeting")).not.toBeNull();
  expect(await store.hold("line")).toBeNull();
  expect(await otherProcess("line")).toMatchObject({ holds: false });
});

test.runIf(IS_LINUX)(
  "BOX-6: a lock whose maker is dead holds nothing, although a later process has its number",
  async () => {
    const store = fileStore(folder);
    const { holds } = await otherProcess("line");
    expect([holds, await store.hold("line")]).toEqual([true, null]);
    const left = leave("meeting", earlier(holderOf("line")), "lock");
    expect(await store.hold("meeting")).not.toBeNull();
    expect(readdirSync(folder)).not.toContain(left);
    expect(await store.hold("line")).toBeNull();
  },
);

test.runIf(IS_LINUX)(
  "BOX-6: a lock from before the computer was started anew holds nothing, whoever has its maker's number now",
  async () => {
    await otherProcess("line");
    const [pid, start, namespace] = holderOf("line").split("-");
    leave("meeting", [pid, start, namespace, "00000000"].join("-"), "lock");
    expect(await fileStore(folder).hold("meeting")).not.toBeNull();
  },
);

test.runIf(IS_LINUX)(
  "BOX-6: a lock of another container counts, whether or not its number is taken here",
  async () => {
    await fileStore(folder).hold("line");
    const [, start, , boot] = holderOf("line").split("-");
    leave("meeting", [2 ** 22 + 1, start, "1", boot].join("-"), "lock");
    expect(await fileStore(folder).hold("meeting")).toBeNull();
  },
);

test.runIf(IS_LINUX)(
  "BOX-6: what a dead process had written down is made before any name is held, although its number is taken",
  async () => {
    const store = fileStore(folder);
    await store.put("sessions", "peer.0", { n: 5 });
    const { child } = await otherProcess("other");
    const makers = [holderOf("other")];
    expect(await store.hold("own")).not.toBeNull();
    makers.push(holderOf("own"));
    for (const [index, maker] of makers.entries()) {
      leave("changes", earlier(maker), "json", JSON.stringify(CHANGES));
      expect(await store.hold(`line${index}`)).not.toBeNull();
      expect(await store.get("sessions", "peer.0")).toEqual({ n: 6 });
      expect(namesIn(".json")).toEqual([]);
      await store.put("sessions", "peer.0", { n: 40 });
    }
    await killed(child);
    expect(await store.hold("again")).not.toBeNull();
    expect(await store.get("sessions", "peer.0")).toEqual({ n: 40 });
  },
);

test("BOX-6: what a process is still at is left to it until it is dead", async () => {
  const store = fileStore(folder);
  const { child } = await otherProcess("other");
  const maker = holderOf("other");
  leave("changes", maker, "json", JSON.stringify(CHANGES));
  const fresh = leave("a.json", maker, "new", "{");
  expect(await store.hold("line")).not.toBeNull();
  expect(await store.get("sessions", "peer.0")).toBeNull();
  expect(readdirSync(folder)).toContain(fresh);
  await killed(child);
  expect(await store.hold("meeting")).not.toBeNull();
  expect(await store.get("sessions", "peer.0")).toEqual({ n: 6 });
  expect(namesIn(".json")).toEqual([]);
  expect(namesIn(".new")).toEqual([]);
});

test("BOX-6: of a record that a killed process was writing nothing stays once a name is held", async () => {
  const program = `
    import { fileStore } from ${JSON.stringify(join(import.meta.dirname, "../../shared/client/node.ts"))};
    const store = fileStore(${JSON.stringify(folder)});
    console.log("begins");
    for (;;) await store.put("sessions", "peer.0", "secret".repeat(1_000_000));`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  while (namesIn(".new").length === 0) await new Promise(setImmediate);
  await killed(child);
  expect(await fileStore(folder).hold("line")).not.toBeNull();
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  expect(files.filter((file) => file.endsWith(".new"))).toEqual([]);
});

test("BOX-6: a name is let go of only after the changes that failed are made", async () => {
  const store = fileStore(folder);
  const release = await store.hold("line");
  mkdirSync(join(folder, "sessions/peer.0.json/no record"), { recursive: true });
  await expect(store.apply(CHANGES)).rejects.toThrow();
  release!();
  expect(await fileStore(folder).hold("line")).toBeNull();
  await expect(store.get("sessions", "peer.0")).rejects.toThrow(); // nothing is under way any more
  rmSync(join(folder, "sessions"), { recursive: true });
  expect(await store.get("sessions", "peer.0")).toEqual({ n: 6 });
  expect(await fileStore(folder).hold("line")).not.toBeNull();
});

test("changes that could not be written down leave nothing that is made later", async () => {
  const store = fileStore(folder);
  const release = await store.hold("line");
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  const changes: Change[] = [CHANGES[0]!, { collection: "outbox", id: "a", value: cycle }];
  await expect(store.apply(changes)).rejects.toThrow();
  release!();
  expect(readdirSync(folder)).toEqual([]);
  expect(await store.get("sessions", "peer.0")).toBeNull();
});
