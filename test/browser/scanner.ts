// What the scanner of a page uses of its browser: tracks of the camera, pictures chosen, detectors and the decoder.

import type { Page } from "playwright-core";
import type { Person } from "./people.ts";

interface Tracks {
  readonly live: () => Promise<number>;
  readonly inAll: () => Promise<number>;
}

/** Of the tracks that the page gets from its camera, from now on. */
export async function watchTracks({ page }: Person): Promise<Tracks> {
  await page.evaluate(() => {
    const tracks: MediaStreamTrack[] = [];
    const { mediaDevices } = navigator;
    const ask = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = async (wanted) => {
      const stream = await ask(wanted);
      tracks.push(...stream.getTracks());
      return stream;
    };
    Object.assign(globalThis, { tracks });
  });
  const count = (state?: MediaStreamTrackState) =>
    page.evaluate((wanted) => {
      const { tracks } = globalThis as unknown as { readonly tracks: MediaStreamTrack[] };
      return tracks.filter((track) => (wanted ?? track.readyState) === track.readyState).length;
    }, state);
  return { live: () => count("live"), inAll: () => count() };
}

export async function choosePicture(page: Page, picture: Buffer): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent("filechooser"),
    page.getByRole("button", { name: "Choose a picture" }).click(),
  ]);
  await chooser.setFiles({ name: "code.png", mimeType: "image/png", buffer: picture });
}

/** What the page shows as a QR code, as a picture of the screen. */
export async function shownQr(page: Page): Promise<Buffer> {
  await page.locator(".qr path[d^=M]").waitFor({ state: "attached" });
  return page.locator(".qr").screenshot();
}

export function isDecoderFetched(page: Page): Promise<boolean> {
  return page.evaluate(() =>
    performance.getEntriesByType("resource").some(({ name }) => /\/decode-/.test(name)),
  );
}

/** A browser with a detector of its own, whose answer is this. */
export async function giveDetector(page: Page, texts: readonly string[] | null): Promise<void> {
  await page.evaluate((seen) => {
    class BarcodeDetector {
      static getSupportedFormats = async () => ["qr_code"];
      detect = async () => {
        if (seen === null) throw new DOMException("", "NotSupportedError");
        return seen.map((rawValue) => ({ rawValue }));
      };
    }
    Object.assign(globalThis, { BarcodeDetector });
  }, texts);
}
