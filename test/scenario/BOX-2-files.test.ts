// BOX-2 with the real server: a file of 20 MB arrives as it was sent, over kills of the server and restarts of either
// device, and nothing of it lies open anywhere but with the two.

import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fileStore, type MessageRecord, type Store } from "../../shared/client/node.ts";
import { MortalServer } from "../support/mortalServer.ts";
import { idOf, openTalker, openTalkers, type Talker, whenSo } from "../support/talkers.ts";

const SIZE = 20_000_000;

function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function newStore(): Store {
  return fileStore(mkdtempSync(join(tmpdir(), "acquaint-files-")));
}

async function fileFrom(reader: Talker, writer: Talker): Promise<MessageRecord> {
  const find = async () => {
    const page = await reader.client.messages.page(idOf(writer));
    return page.find(({ kind, author }) => kind === "file" && author === "peer");
  };
  await whenSo(reader.client, async () => (await find()) !== undefined);
  return (await find())!;
}

test(
  "BOX-2: a file of 20 MB goes on after the server was killed and both devices were restarted, and arrives whole",
  { timeout: 180_000 },
  async () => {
    const server = await MortalServer.start();
    const stores = [newStore(), newStore()] as const;
    const [ann, ben] = await openTalkers(
      [server.url],
      [{ store: stores[0] }, { store: stores[1] }],
    );
    const bytes = randomBytes(SIZE);
    // A mark that would be found if it lay anywhere in the open.
    const mark = Buffer.from("rhododendron in the cellar of the lighthouse");
    for (let place = 0; place < SIZE; place += 500_000) mark.copy(bytes, place);
    const progress: number[] = [];
    const isUnderWay = new Promise<void>((resolve) => {
      ann.client.on((event) => {
        if (event.event !== "file" || event.progress === null) return;
        progress.push(event.progress.done);
        if (event.progress.done > 0) resolve();
      });
    });
    const sent = await ann.client.messages.files.send(idOf(ben), {
      name: "film.mp4",
      type: "video/mp4",
      data: new Blob([bytes]),
    });
    await isUnderWay;
    let closing: Promise<void> | undefined;
    await server.kill(() => {
      closing = ann.client.close();
    });
    await closing;
    const again = await openTalker(server.url, { store: stores[0] });
    const state = await again.client.messages.stored(sent);
    expect(state.state).not.toBe("refused");
    expect(Math.max(...progress)).toBeLessThan(SIZE);

    const message = await fileFrom(ben, again);
    expect(message.file).toMatchObject({ name: "film.mp4", type: "video/mp4", size: SIZE });
    const calling = new AbortController();
    const opening = ben.client.messages.files.open(message, {
      signal: calling.signal,
      onProgress: ({ done }) => done > SIZE / 4 && calling.abort(),
    });
    await expect(opening).rejects.toMatchObject({ code: "cancelled" });
    await ben.client.close();
    const later = await openTalker(server.url, { store: stores[1] });
    let first = -1;
    const kept = await later.client.messages.files.open(message, {
      onProgress: ({ done }) => (first = first < 0 ? done : first),
    });
    expect(first).toBeGreaterThan(SIZE / 5);
    expect(digestOf(await kept.read(0, kept.size))).toBe(digestOf(bytes));

    for (const path of filesUnder(server.stateDir)) {
      expect(readFileSync(path).includes(mark), path).toBe(false);
    }
    expect(sizeUnder(server.stateDir)).toBeGreaterThan(SIZE);
    await again.client.messages.delete(
      (await again.client.messages.message(idOf(ben), `me/${sent.id}`))!,
    );
    await expect.poll(() => sizeUnder(server.stateDir), { timeout: 30_000 }).toBeLessThan(SIZE / 4);
    await again.client.close();
    await later.client.close();
    await server.stop();
  },
);

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function sizeUnder(folder: string): number {
  return filesUnder(folder).reduce((sum, path) => sum + statSync(path).size, 0);
}
