// Where devices keep the bytes of files: in a folder or in memory, piece by piece, and nothing outlasts its deletion.

import { existsSync, mkdtempSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fileStore, memoryStore, type Store } from "../../shared/client/node.ts";
import { copyInto, type FileVault, PIECE_BYTES } from "../../shared/client/store/fileVault.ts";

const folder = () => mkdtempSync(join(tmpdir(), "acquaint-vault-"));
const STORES: [string, () => Store][] = [
  ["a folder", () => fileStore(folder())],
  ["memory", memoryStore],
];

function someBytes(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
}

async function isSame(vault: FileVault, id: string, bytes: Uint8Array): Promise<boolean> {
  const kept = await vault.read(id, 0, bytes.length + 1);
  return Buffer.from(bytes).equals(kept);
}

describe.each(STORES)("files in %s", (_, open) => {
  test("are read as they were written, from any place and not beyond the end", async () => {
    const { files } = open();
    const bytes = someBytes(2 * PIECE_BYTES + 5);
    const progress: number[] = [];
    const read = async (offset: number, length: number) => bytes.slice(offset, offset + length);
    await copyInto(files, "a", { size: bytes.length, read }, (done) => progress.push(done));
    expect(progress).toEqual([PIECE_BYTES, 2 * PIECE_BYTES, bytes.length]);
    expect(await files.size("a")).toBe(bytes.length);
    expect(await isSame(files, "a", bytes)).toBe(true);
    const across = await files.read("a", PIECE_BYTES - 3, 6);
    expect(Buffer.from(across)).toEqual(Buffer.from(bytes.slice(PIECE_BYTES - 3, PIECE_BYTES + 3)));
    expect((await files.read("a", bytes.length - 2, 10)).length).toBe(2);
    expect((await files.read("a", bytes.length + 10, 10)).length).toBe(0);
  });

  test("of no bytes are there all the same", async () => {
    const { files } = open();
    expect(await files.size("a")).toBeNull();
    await copyInto(files, "a", { size: 0, read: async () => someBytes(1) });
    expect(await files.size("a")).toBe(0);
  });

  test("go on at a piece, and what was behind it is gone", async () => {
    const { files } = open();
    await files.write("a", 0, someBytes(PIECE_BYTES));
    await files.write("a", 1, someBytes(100));
    await files.write("a", 1, someBytes(50));
    expect(await files.size("a")).toBe(PIECE_BYTES + 50);
    await files.write("a", 0, someBytes(10));
    expect(await isSame(files, "a", someBytes(10))).toBe(true);
    expect(await files.size("a")).toBe(10);
  });

  test("are apart from each other, and go when they are deleted or the store is cleared", async () => {
    const store = open();
    const { files } = store;
    for (const id of ["a", "b", "c"]) await files.write(id, 0, someBytes(10));
    await files.delete("a");
    await files.delete("never there");
    expect(await Promise.all(["a", "b"].map((id) => files.size(id)))).toEqual([null, 10]);
    await store.clear();
    expect(await Promise.all(["b", "c"].map((id) => files.size(id)))).toEqual([null, null]);
    await files.write("d", 0, someBytes(1));
    expect(await files.size("d")).toBe(1);
  });
});

test("files in a folder are their owner's alone, and outlast the program", async () => {
  const home = folder();
  await fileStore(home).files.write("a.me.b", 0, someBytes(3));
  const [name = ""] = readdirSync(join(home, "files"));
  expect(statSync(join(home, "files", name)).mode & 0o777).toBe(0o600);
  expect(statSync(join(home, "files")).mode & 0o777).toBe(0o700);
  expect(await isSame(fileStore(home).files, "a.me.b", someBytes(3))).toBe(true);
  await fileStore(home).clear();
  expect(existsSync(join(home, "files"))).toBe(false);
});

test("a folder that cannot be written to is told of", async () => {
  const home = folder();
  writeFileSync(join(home, "files"), "not a folder");
  await expect(fileStore(home).files.write("a", 0, someBytes(1))).rejects.toThrow(/EEXIST|ENOTDIR/);
});
