// Scanning with a real camera, as far as a machine has one: a film of a QR code. Chromium on Linux detects no codes by
// itself, so what reads here is the page's own decoder.

import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { type FakeCamera, fakeCamera } from "../support/fakeCamera.ts";
import { showCode, toJoin } from "./linking.ts";
import { choosePicture, giveDetector, isDecoderFetched, shownQr, watchTracks } from "./scanner.ts";
import { faultsOfView } from "./viewFaults.ts";
import {
  bothConnected,
  keyField,
  type Person,
  PHOTO,
  showKey,
  type VisitorOptions,
  world,
} from "./people.ts";

const { person, visitor, url, expectFaults } = world();

const HOLD_IT = "Hold the QR code in front of the camera.";
const NOT_A_KEY = "This QR code is not a key for meeting someone.";

/** By what they see: a browser has one camera, and those who see the same share theirs. */
const cameras = new Map<string, FakeCamera>();
afterAll(() => {
  for (const camera of cameras.values()) camera.remove();
});

/** Someone before the field for a key, whose camera sees `text`. */
async function atFieldWith(text: string, options: VisitorOptions = {}): Promise<Person> {
  const camera = cameras.get(text) ?? fakeCamera(text);
  cameras.set(text, camera);
  const someone = await person("Ben", { camera: camera.file, ...options });
  await toField(someone);
  return someone;
}

async function toField({ page }: Person): Promise<void> {
  await page.getByRole("link", { name: /Enter a key/ }).click();
  await keyField(page).waitFor();
}

function scanButton(page: Page) {
  return page.getByRole("button", { name: "Scan a QR code" });
}

function scanner(page: Page) {
  return page.getByRole("region", { name: "Scan a QR code" });
}

test("KEY-1: the key on one page is scanned by the camera of another, and both become contacts", async () => {
  const ada = await person("Ada", { permissions: ["clipboard-read", "clipboard-write"] });
  const code = await showKey(ada);
  await ada.page.getByRole("button", { name: "Copy link" }).click();
  await ada.page.getByText("The link is copied.").waitFor();
  const link = await ada.page.evaluate(() => navigator.clipboard.readText());
  const ben = await atFieldWith(link);
  const tracks = await watchTracks(ben);
  await scanButton(ben.page).click();
  await ben.page.getByText(`Reads as ${code.replaceAll("-", " ")}`).waitFor();
  await expect.poll(tracks.live).toBe(0);
  await ben.page.getByRole("button", { name: "Meet", exact: true }).click();
  await bothConnected(ada, ben);
});

test("a page that may not use the camera says so, lets one type, and starts it once it may", async () => {
  const long = `${url()}/#/tap/${"bc-DEF_ghi0".repeat(40)}`.slice(0, 380);
  const ben = await atFieldWith(long, { permissions: [] });
  const { page, context } = ben;
  await scanButton(page).click();
  await page.getByRole("alert").getByText("This page may not use the camera.").waitFor();
  await expect.poll(() => faultsOfView(page)).toEqual([]);
  await page.getByRole("button", { name: "Type it instead" }).click();
  await keyField(page).fill("417 guitar ocean");
  await page.getByText("Reads as 417 guitar ocean").waitFor();
  await scanButton(page).click();
  await page.getByRole("alert").waitFor();
  await context.grantPermissions(["camera"]);
  // A code of as many characters as any that people show each other is read; it is none for this view.
  await scanner(page).getByText(NOT_A_KEY).waitFor();
});

test("the decoder is fetched for scanning alone", async () => {
  const { page } = await atFieldWith("");
  await expect(isDecoderFetched(page)).resolves.toBe(false);
  await scanButton(page).click();
  await expect.poll(() => isDecoderFetched(page)).toBe(true);
});

test("the camera is off while the page is hidden and after the scanner is closed, and on in between", async () => {
  const ben = await atFieldWith("");
  const { page } = ben;
  const tracks = await watchTracks(ben);
  const setHidden = (isHidden: boolean) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
      document.dispatchEvent(new Event("visibilitychange"));
    }, isHidden);
  await scanButton(page).click();
  await page.getByText(HOLD_IT).waitFor();
  await expect.poll(tracks.live).toBe(1);
  await setHidden(true);
  await expect.poll(tracks.live).toBe(0);
  await setHidden(false);
  await page.getByText(HOLD_IT).waitFor();
  await expect.poll(tracks.live).toBe(1);
  await expect(tracks.inAll()).resolves.toBe(2);
  await expect.poll(() => faultsOfView(page)).toEqual([]);
  await page.getByRole("button", { name: "Type it instead" }).click();
  await expect.poll(tracks.live).toBe(0);
});

test("the keyboard alone opens the scanner, reaches all of it and leaves it", async () => {
  const { page } = await atFieldWith("");
  const focused = () =>
    page.evaluate(() => {
      const element = document.activeElement;
      return element?.getAttribute("aria-label") ?? element?.textContent?.trim();
    });
  await scanButton(page).focus();
  await page.keyboard.press("Enter");
  await expect.poll(focused).toBe("Scan a QR code");
  await page.getByText(HOLD_IT).waitFor();
  await page.keyboard.press("Tab");
  await expect.poll(focused).toBe("Choose a picture");
  await page.keyboard.press("Tab");
  await expect.poll(focused).toBe("Type it instead");
  await page.keyboard.press("Enter");
  await page.locator("[role=combobox]:focus").waitFor();
});

test("the other camera and the light are a press away where there are such", async () => {
  const { page } = await atFieldWith("");
  await page.evaluate(() => {
    const { mediaDevices } = navigator;
    const asked: unknown[] = [];
    const ask = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = (wanted) => {
      asked.push((wanted as { readonly video: MediaTrackConstraints }).video.facingMode);
      return ask({ video: true });
    };
    const inputs = ["1", "2"].map((deviceId) => ({ kind: "videoinput", deviceId }));
    mediaDevices.enumerateDevices = async () => inputs as MediaDeviceInfo[];
    const camera = MediaStreamTrack.prototype;
    camera.getSettings = () => ({ facingMode: "environment" });
    camera.getCapabilities = () => ({ torch: true }) as MediaTrackCapabilities;
    camera.applyConstraints = async ({ advanced } = {}) => void asked.push(advanced?.[0]);
    Object.assign(globalThis, { asked });
  });
  const asked = () =>
    page.evaluate(() => (globalThis as unknown as { readonly asked: unknown[] }).asked);
  await scanButton(page).click();
  const light = page.getByRole("button", { name: "Light" });
  await light.click();
  await expect.poll(() => light.getAttribute("aria-pressed")).toBe("true");
  await light.click();
  await expect.poll(() => light.getAttribute("aria-pressed")).toBe("false");
  await expect.poll(() => faultsOfView(page)).toEqual([]);
  await page.getByRole("button", { name: "Switch the camera" }).click();
  await expect
    .poll(asked)
    .toEqual([{ ideal: "environment" }, { torch: true }, { torch: false }, { ideal: "user" }]);
});

test("why a camera cannot be used is told, and it can be tried again", async () => {
  const { page } = await atFieldWith("");
  for (const [name, text] of [
    ["NotFoundError", "No camera is found here."],
    ["NotReadableError", "The camera is in use by another program."],
    ["Error", "The camera has stopped."],
  ] as const) {
    await page.evaluate((failure) => {
      const { mediaDevices } = navigator;
      const ask = mediaDevices.getUserMedia.bind(mediaDevices);
      mediaDevices.getUserMedia = () => {
        mediaDevices.getUserMedia = ask;
        return Promise.reject(new DOMException("", failure));
      };
    }, name);
    await scanButton(page).click();
    await page.getByRole("alert").getByText(text).waitFor();
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText(HOLD_IT).waitFor();
    await page.getByRole("button", { name: "Type it instead" }).click();
  }
});

test("a page without TLS says why there is no camera", async () => {
  const someone = await person("Ben");
  await toField(someone);
  const { page } = someone;
  await page.evaluate(() => {
    Object.defineProperty(globalThis, "isSecureContext", { value: false });
    Object.defineProperty(navigator, "mediaDevices", { value: undefined });
  });
  await scanButton(page).click();
  await page.getByRole("alert").getByText("address begins with https").waitFor();
  await expect(page.getByRole("button", { name: "Try again" }).count()).resolves.toBe(0);
});

test("without a camera a picture of the code can be chosen", async () => {
  const [ada, ben] = await Promise.all([person("Ada"), person("Ben")]);
  const code = await showKey(ada);
  const picture = await shownQr(ada.page);
  await toField(ben);
  await scanButton(ben.page).click();
  await choosePicture(ben.page, readFileSync(PHOTO));
  await scanner(ben.page).getByText("No QR code can be read in this picture.").waitFor();
  await choosePicture(ben.page, Buffer.from("no picture"));
  await scanner(ben.page).getByText("This file is not a picture").waitFor();
  await choosePicture(ben.page, picture);
  await ben.page.getByText(`Reads as ${code.replaceAll("-", " ")}`).waitFor();
  await ben.page.getByRole("button", { name: "Meet", exact: true }).click();
  await bothConnected(ada, ben);
});

test("the code for a new device can be scanned, and a key cannot take its place", async () => {
  const [ada, newcomer] = await Promise.all([person("Ada"), visitor()]);
  await newcomer.page.goto(url());
  await toJoin(newcomer);
  await newcomer.page.getByRole("button", { name: "Scan the code" }).click();
  await showKey(ada);
  await choosePicture(newcomer.page, await shownQr(ada.page));
  await newcomer.page.getByText("This QR code is not one for linking a device.").waitFor();
  await ada.page.getByRole("button", { name: "Cancel" }).click();
  const code = await showCode(ada);
  await choosePicture(newcomer.page, await shownQr(ada.page));
  await newcomer.page.getByText(`Reads as ${code.replaceAll("-", " ")}`).waitFor();
});

test("the browser's own detector is used where there is one, without the decoder", async () => {
  const { page } = await atFieldWith("");
  await giveDetector(page, ["417-guitar-ocean"]);
  await scanButton(page).click();
  await page.getByText("Reads as 417 guitar ocean").waitFor();
  await expect(isDecoderFetched(page)).resolves.toBe(false);
});

test("where the browser's own detector fails, the decoder takes its place", async () => {
  const { page } = await atFieldWith("417-guitar-ocean");
  await giveDetector(page, null);
  await scanButton(page).click();
  await page.getByText("Reads as 417 guitar ocean").waitFor();
});

test("a decoder that cannot be fetched is told of, and fetched at the next try", async () => {
  expectFaults(/ERR_INTERNET_DISCONNECTED/);
  const { page, context } = await atFieldWith("417-guitar-ocean");
  await context.route(/decode/, (route) => route.abort("internetdisconnected"));
  await scanButton(page).click();
  await page.getByRole("alert").getByText("did not load").waitFor();
  await context.unroute(/decode/);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("Reads as 417 guitar ocean").waitFor();
});
