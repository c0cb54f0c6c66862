// What tests of taps do on a page: take the link of the code on show, and touch the device with a tag or a phone.

import type { Page } from "playwright-core";
import { decodeQR } from "qr/decode.js";
import type { Person } from "./people.ts";

const MODULE_PX = 4;
const RGB = 3;

/** Opens the Tap screen and waits for one's own code. */
export async function openTap({ page }: Person): Promise<void> {
  await page.getByRole("link", { name: "Meet", exact: true }).click();
  await page.getByRole("link", { name: /^Tap/ }).click();
  await ownCode(page).waitFor({ state: "attached" });
}

export function ownCode(page: Page) {
  return page.locator(".tap-plate .qr path[d^=M]").last();
}

/** What the code on the screen says, module by module. */
export async function textOfCode({ page }: Person): Promise<string> {
  const code = page.locator(".tap-plate .qr").last();
  const size = Number((await code.getAttribute("viewBox"))?.split(" ")[2]) * MODULE_PX;
  const data = new Uint8Array(size * size * RGB).fill(255);
  const path = (await code.locator("path").getAttribute("d")) ?? "";
  for (const [, x, y, run] of path.matchAll(/M(\d+) (\d+)h(\d+)/g)) {
    const [left, width] = [Number(x) * MODULE_PX, Number(run) * MODULE_PX];
    for (let row = Number(y) * MODULE_PX; row < (Number(y) + 1) * MODULE_PX; row++) {
      data.fill(0, (row * size + left) * RGB, (row * size + left + width) * RGB);
    }
  }
  return decodeQR({ width: size, height: size, data });
}

/** The link of the code that the Tap screen shows, by way of the clipboard. */
export async function shownLink({ page, context }: Person): Promise<string> {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "Copy link" }).click();
  await page.getByText("is copied").waitFor();
  return page.evaluate(() => navigator.clipboard.readText());
}

/** A browser with an NFC reader, to be asked for before the page is opened anew. */
export async function giveNfc({ context }: Person): Promise<void> {
  await context.addInitScript(() => {
    class NDEFReader extends EventTarget {
      async scan(): Promise<void> {
        Object.assign(globalThis, {
          touch: (url: string) => {
            const data = new DataView(new TextEncoder().encode(url).buffer);
            const message = { records: [{ recordType: "url", data }] };
            this.dispatchEvent(Object.assign(new Event("reading"), { message }));
          },
        });
      }
      async write({ records }: { readonly records: unknown }): Promise<void> {
        Object.assign(globalThis, { written: records });
      }
    }
    Object.assign(globalThis, { NDEFReader });
  });
}

/** The records of the tag that the page has written. */
export function writtenTo({ page }: Person): Promise<unknown> {
  return page.evaluate(() => (globalThis as { readonly written?: unknown }).written);
}

/** The device, which reads NFC, is touched with something that holds the link. */
async function touch({ page }: Person, link: string): Promise<void> {
  await page.waitForFunction(() => "touch" in globalThis);
  await page.evaluate((url) => {
    (globalThis as unknown as { touch: (url: string) => void }).touch(url);
  }, link);
}

/** Reads the codes of all the others into the list. */
export async function gather(someone: Person, others: readonly Person[]): Promise<void> {
  const { page } = someone;
  await giveNfc(someone);
  await page.reload();
  await openTap(someone);
  await page.getByRole("button", { name: "Several people" }).click();
  await page.getByRole("button", { name: "Use NFC" }).click();
  for (const other of others) {
    await openTap(other);
    await touch(someone, await shownLink(other));
  }
}

export const WORDS_ARE_THE_SAME = { name: "The words are the same" } as const;
