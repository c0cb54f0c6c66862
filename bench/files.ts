// Files through the product: what it takes to copy, upload and download one of the largest allowed, sealed.

import { randomFillSync } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Acquaint, BLOB_MAX_BYTES, fileStore, type MessageRecord } from "../shared/client/node.ts";
import { portsAt } from "./accounts.ts";
import { withStateFolder } from "./folders.ts";
import { startServer } from "./servers.ts";
import { short, tableOf } from "./tables.ts";

const MB = 1_000_000;

export async function benchFiles({ quick }: { quick: boolean }): Promise<void> {
  console.log("\n## Files\n");
  await withStateFolder(tmpdir(), (folder) => benchIn(folder, quick));
}

async function benchIn(folder: string, quick: boolean): Promise<void> {
  const server = await startServer("product", join(folder, "server"));
  const open = (name: string, address: string) => {
    const { fetch } = portsAt(address);
    const store = fileStore(join(folder, name));
    return Acquaint.open({ server: server.url, store, name, ports: { fetch } });
  };
  const a = await open("Ann", "10.201.0.1");
  const b = await open("Ben", "10.201.0.2");
  try {
    const shown = await a.showKey();
    const entered = await b.enterKey(shown.key!.code);
    await Promise.all([shown.contact, entered.contact]);
    a.connect();
    b.connect();
    const rows: string[][] = [];
    for (const size of quick ? [10 * MB] : [1 * MB, 10 * MB, BLOB_MAX_BYTES]) {
      rows.push([`${short(size / MB)} MB`, ...(await measured(a, b, size, server.cpuMs))]);
    }
    const header = ["file", "copied, MB/s", "up, MB/s", "down, MB/s", "server CPU, ms per MB"];
    console.log(tableOf(header, rows));
  } finally {
    await a.close();
    await b.close();
    await server.stop();
  }
}

async function measured(
  a: Acquaint,
  b: Acquaint,
  size: number,
  cpuMs: () => number,
): Promise<string[]> {
  const data = new Blob([randomFillSync(new Uint8Array(size))]);
  const arrived = new Promise<MessageRecord>((resolve) => {
    const off = b.on((event) => {
      if (event.event !== "message") return;
      off();
      resolve(event.message);
    });
  });
  const cpuBefore = cpuMs();
  const [sent, copiedMs] = await timed(() =>
    a.messages.files.send(b.me.userId, { name: "bytes.bin", data }),
  );
  const [, upMs] = await timed(() => a.messages.stored(sent));
  const message = await arrived;
  const [, downMs] = await timed(() => b.messages.files.open(message));
  const speeds = [copiedMs, upMs, downMs].map((ms) => short(size / MB / (ms / 1_000)));
  return [...speeds, short((cpuMs() - cpuBefore) / (size / MB))];
}

async function timed<Value>(task: () => Promise<Value>): Promise<[Value, number]> {
  const startedAt = performance.now();
  const value = await task();
  return [value, performance.now() - startedAt];
}
