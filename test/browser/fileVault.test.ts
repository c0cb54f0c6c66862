// Files as a browser keeps them: in pieces that outlast the page, in their order and apart from each other.

import { build } from "esbuild";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { atRoot } from "../../scripts/paths.ts";
import type { FileVault } from "../../shared/client/store/fileVault.ts";
import { world } from "./people.ts";

const { visitor, url } = world();

async function withVault(page: Page): Promise<Page> {
  const { outputFiles } = await build({
    entryPoints: atRoot("shared/client/store/browserVault.ts"),
    bundle: true,
    write: false,
    format: "iife",
    globalName: "vaults",
  });
  await page.goto(url());
  await page.addScriptTag({ content: outputFiles[0]!.text });
  return page;
}

declare const vaults: { browserVault: (name: string) => FileVault };

test("files are read as they were written, also after a reload, and go when they are deleted", async () => {
  const { page } = await visitor({ bypassCSP: true });
  await withVault(page);
  const written = await page.evaluate(async () => {
    const vault = vaults.browserVault("vault under test");
    const piece = (size: number, first: number) =>
      Uint8Array.from({ length: size }, (_, i) => (i + first) & 0xff);
    const before = await vault.size("a.me.b");
    await vault.write("a.me.b", 0, piece(1_048_576, 1));
    await vault.write("a.me.b", 1, piece(1_048_576, 2));
    await vault.write("a.me.b", 2, piece(10, 3));
    await vault.write("a.me.c", 0, piece(0, 0));
    await vault.write("a.me.b", 1, piece(20, 4)); // what came after it goes
    return [before, await vault.size("a.me.b"), await vault.size("a.me.c")];
  });
  expect(written).toEqual([null, 1_048_596, 0]);
  await withVault(page);
  const read = await page.evaluate(async () => {
    const vault = vaults.browserVault("vault under test");
    const across = [...(await vault.read("a.me.b", 1_048_574, 5))];
    const beyond = await vault.read("a.me.b", 1_048_590, 100);
    await vault.delete("a.me.b");
    const after = [await vault.size("a.me.b"), await vault.size("a.me.c")];
    await vault.clear();
    return { across, beyond: beyond.length, after, cleared: await vault.size("a.me.c") };
  });
  expect(read).toEqual({ across: [255, 0, 4, 5, 6], beyond: 6, after: [null, 0], cleared: null });
});
