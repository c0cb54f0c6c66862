// What people do with files in conversations, and how tests hold their bytes on the way.

import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { BrowserContext, Download, Locator, Page, Route } from "playwright-core";
import type { Person } from "./people.ts";

export interface TestFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

export const MB = 1024 * 1024;

export function bytesFile(name: string, size: number, mimeType = ""): TestFile {
  return { name, mimeType, buffer: randomBytes(size) };
}

/** Chooses files by the button; they are in the tray once this resolves. */
export async function attach({ page }: Person, ...files: (TestFile | string)[]): Promise<void> {
  const before = await page.locator(".tray-item").count();
  await page.locator('.composer input[type="file"]').setInputFiles(files as TestFile[]);
  await page.locator(".tray-item").nth(before).waitFor();
}

export async function sendAll({ page }: Person): Promise<void> {
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await page.locator(".tray-item").first().waitFor({ state: "detached" });
}

/** The picture of that name, in the conversation. */
export function picture(page: Page, name: string): Locator {
  return page.getByRole("button", { name: `Picture ${name}, show in full` });
}

/** Resolves once the picture is there in full, as many pixels wide. */
export async function isLoaded(page: Page, name: string, widthPx: number): Promise<void> {
  const image = await picture(page, name).locator(".scene-full").elementHandle();
  await page.waitForFunction(
    ([shown, wanted]) => (shown as HTMLImageElement).naturalWidth === wanted,
    [image, widthPx] as const,
  );
}

/** A picture as a JPEG: the left half red, the right half blue. */
export async function drawn(
  { page }: Person,
  { name = "halves.jpg", width = 600, height = 300, orientation = 1 } = {},
): Promise<TestFile> {
  const base64 = await page.evaluate(
    ([w, h]) => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [w, h];
      const context = canvas.getContext("2d")!;
      context.fillStyle = "#c02020";
      context.fillRect(0, 0, w / 2, h);
      context.fillStyle = "#2020c0";
      context.fillRect(w / 2, 0, w / 2, h);
      return canvas.toDataURL("image/jpeg", 0.9).split(",")[1]!;
    },
    [width, height] as const,
  );
  const jpeg = Buffer.from(base64, "base64");
  const turned = orientation === 1 ? jpeg : withOrientation(jpeg, orientation);
  return { name, mimeType: "image/jpeg", buffer: turned };
}

/** With an EXIF segment of this one entry. */
function withOrientation(jpeg: Buffer, orientation: number): Buffer {
  const tiff = Buffer.from("4d4d002a00000008000101120003000000010000000000000000", "hex");
  tiff.writeUInt16BE(orientation, 18);
  const body = Buffer.concat([Buffer.from("Exif\0\0", "latin1"), tiff]);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)]);
}

/** Lets the first chunks pass, and holds all others until it is opened. */
export async function gate(
  context: BrowserContext,
  { method, passing }: { method: "PUT" | "GET"; passing: number },
): Promise<{ open: () => Promise<void> }> {
  let held: Route[] = [];
  let left = passing;
  const CHUNK = /\/v1\/blobs\/[^/]+\/\d+$/;
  await context.route(CHUNK, async (route) => {
    if (route.request().method() === method && left-- <= 0) held.push(route);
    else await route.continue().catch(() => {});
  });
  const open = async () => {
    left = Infinity;
    const waiting = held;
    held = [];
    // Those of a page that was left meanwhile are gone.
    await Promise.all(waiting.map((route) => route.continue().catch(() => {})));
  };
  return { open };
}

async function saved(download: Download): Promise<{ name: string; digest: string }> {
  const bytes = readFileSync(await download.path());
  return { name: download.suggestedFilename(), digest: digestOf(bytes) };
}

export function digestOf(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Presses what saves a file; gives what the browser has saved. */
export async function saveBy(
  page: Page,
  button: Locator,
): Promise<{ name: string; digest: string }> {
  const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
  return saved(download);
}

/** Gives the page files as a drop or a paste of the browser would. */
export async function handOver(
  { page }: Person,
  way: "drop" | "paste",
  file: TestFile,
): Promise<void> {
  await page.locator(".chat .log").evaluate(
    (target, { kind, name, type, base64 }) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([bytes], name, { type }));
      const common = { bubbles: true, cancelable: true };
      const fire = (event: string) =>
        target.dispatchEvent(new DragEvent(event, { ...common, dataTransfer: data }));
      if (kind === "paste") {
        target.dispatchEvent(new ClipboardEvent("paste", { ...common, clipboardData: data }));
      } else {
        for (const event of ["dragenter", "dragover", "drop"]) fire(event);
      }
    },
    {
      kind: way,
      name: file.name,
      type: file.mimeType,
      base64: file.buffer.toString("base64"),
    },
  );
}

/** A second of sound, as a WAV. */
export function tone(name: string): TestFile {
  const RATE = 8_000;
  const head = Buffer.alloc(44);
  head.write("RIFF", 0, "latin1");
  head.writeUInt32LE(36 + RATE, 4);
  head.write("WAVEfmt ", 8, "latin1");
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20); // PCM
  head.writeUInt16LE(1, 22); // channels
  head.writeUInt32LE(RATE, 24);
  head.writeUInt32LE(RATE, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34); // bits
  head.write("data", 36, "latin1");
  head.writeUInt32LE(RATE, 40);
  const samples = Buffer.from(
    Array.from({ length: RATE }, (_, at) => 128 + Math.round(40 * Math.sin(at / 3))),
  );
  return { name, mimeType: "audio/wav", buffer: Buffer.concat([head, samples]) };
}

/** A short film of changing colours, twice as wide as high. */
export async function filmed({ page }: Person, name: string): Promise<TestFile> {
  const base64 = await page.evaluate(async () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [320, 160];
    const context = canvas.getContext("2d")!;
    const recorder = new MediaRecorder(canvas.captureStream(20), { mimeType: "video/webm" });
    const parts: Blob[] = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const over = new Promise((resolve) => (recorder.onstop = resolve));
    recorder.start();
    for (let frame = 0; frame < 20; frame++) {
      context.fillStyle = `hsl(${frame * 18} 60% 45%)`;
      context.fillRect(0, 0, 320, 160);
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    recorder.stop();
    await over;
    const reader = new FileReader();
    reader.readAsDataURL(new Blob(parts));
    await new Promise((resolve) => (reader.onload = resolve));
    return (reader.result as string).split(",")[1]!;
  });
  return { name, mimeType: "video/webm", buffer: Buffer.from(base64, "base64") };
}
