// Files by keyboard alone, and what screen readers and weak eyes need of them.

import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { field, hears, message, talking, write } from "./chatting.ts";
import {
  attach,
  bytesFile,
  drawn,
  filmed,
  gate,
  isLoaded,
  MB,
  picture,
  sendAll,
  tone,
} from "./filing.ts";
import { world } from "./people.ts";
import { faultsInBothThemes } from "./viewFaults.ts";

const people = world();

const SIZES = [
  { width: 390, height: 844 },
  { width: 1280, height: 800 },
] as const;
/** Every state is looked at in two sizes and two themes. */
const STATES_TAKE_MS = 120_000;

function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    return (element?.getAttribute("aria-label") ?? element?.textContent ?? "").trim();
  });
}

test("files are taken back, sent, seen and called off without a mouse", async () => {
  const { ada, ben } = await talking(people);
  const { keyboard } = ada.page;
  await write(ada, "Before");
  await attach(ada, await drawn(ada, { name: "one.jpg" }), await drawn(ada, { name: "two.jpg" }));
  await expect.poll(() => focused(ada.page)).toBe("Caption, to Ben");
  await keyboard.press("Shift+Tab");
  await expect.poll(() => focused(ada.page)).toBe("Attach files");
  await keyboard.press("Shift+Tab");
  await expect.poll(() => focused(ada.page)).toBe("Do not send two.jpg");
  await keyboard.press("Enter");
  await expect.poll(() => focused(ada.page)).toBe("Do not send one.jpg");
  await keyboard.press("Enter");
  await expect.poll(() => focused(ada.page)).toBe("Message to Ben");
  await attach(ada, await drawn(ada, { name: "one.jpg" }));
  await keyboard.press("Enter");
  await isLoaded(ada.page, "one.jpg", 600);
  await keyboard.press("Shift+Tab");
  await keyboard.press("Shift+Tab");
  await expect.poll(() => focused(ada.page)).toBe("Picture one.jpg, show in full");
  await keyboard.press("Enter");
  await ada.page.getByRole("dialog", { name: "Picture one.jpg" }).waitFor();
  await expect.poll(() => focused(ada.page)).toMatch(/one\.jpg|Close/);
  await keyboard.press("Escape");
  await expect.poll(() => focused(ada.page)).toBe("Picture one.jpg, show in full");
  const said = ben.page.getByRole("log", { name: "New messages" });
  await said.getByText("Ada: 📎 one.jpg").waitFor();

  await gate(ada.context, { method: "PUT", passing: 0 });
  await attach(ada, bytesFile("wrong.zip", 2 * MB));
  await keyboard.press("Enter");
  const stop = ada.page.getByRole("button", { name: "Do not send wrong.zip" });
  await message(ada.page, "wrong.zip").waitFor();
  await stop.focus();
  await keyboard.press("Enter");
  await ada.page.locator("[aria-live]", { hasText: "wrong.zip is not sent." }).waitFor();
  await expect.poll(() => focused(ada.page)).toMatch(/^You:/);
});

test("sound is played by the browser's own player, once it is asked for", async () => {
  const { ada, ben } = await talking(people);
  await attach(ada, tone("tone.wav"));
  await sendAll(ada);
  await hears(ben, "tone.wav");
  await expect.poll(() => ben.page.locator("audio").count()).toBe(0);
  await ben.page.getByRole("button", { name: "Play tone.wav" }).click();
  const player = ben.page.locator("audio");
  await player.waitFor();
  await expect
    .poll(() => player.evaluate((audio: HTMLAudioElement) => audio.duration))
    .toBeCloseTo(1);
  await attach(ada, { name: "noise.mp3", mimeType: "audio/mpeg", buffer: Buffer.alloc(2_000, 7) });
  await sendAll(ada);
  await ben.page.getByRole("button", { name: "Play noise.mp3" }).click();
  await ben.page.getByText("This browser cannot play it. Save it to play it elsewhere.").waitFor();
});

test("a film shows a picture of itself, and is played in its place once it is asked for", async () => {
  const { ada, ben } = await talking(people);
  await attach(ada, await filmed(ada, "walk.webm"));
  await sendAll(ada);
  const scene = ben.page.locator(".scene");
  await scene.locator(".scene-small").waitFor();
  const before = await scene.boundingBox();
  expect(before!.width / before!.height).toBeCloseTo(2, 1);
  await ben.page.getByRole("button", { name: "Play film walk.webm" }).click();
  const player = scene.locator("video");
  await expect.poll(() => player.evaluate((film: HTMLVideoElement) => film.videoWidth)).toBe(320);
  await expect.poll(() => focused(ben.page)).toBe("Film walk.webm");
  expect(await scene.boundingBox()).toEqual(before);
});

test(
  "every state of files has names, roles, targets and contrast, light and dark",
  async () => {
    const { ada, ben } = await talking(people);
    const { page } = ada;
    const looks = async (state: string) => {
      const faults = await faultsInBothThemes(page, SIZES);
      expect({ state, faults }).toEqual({ state, faults: [] });
    };
    await attach(ada, await drawn(ada), bytesFile("A file.pdf", 3_000), tone("tone.wav"));
    await looks("chosen files");
    await field(page).fill("All of it");
    await sendAll(ada);
    await isLoaded(page, "halves.jpg", 600);
    await looks("sent files");
    await picture(page, "halves.jpg").click();
    await page.getByRole("img", { name: "halves.jpg" }).waitFor();
    await looks("a picture in full");
    await page.keyboard.press("Escape");
    const up = await gate(ada.context, { method: "PUT", passing: 0 });
    await attach(ada, await drawn(ada, { name: "slow.jpg" }), bytesFile("slow.zip", 2 * MB));
    await sendAll(ada);
    await page.getByRole("progressbar", { name: "Uploading slow.jpg" }).waitFor();
    await looks("uploads");
    await up.open();
    const down = await gate(ada.context, { method: "GET", passing: 0 });
    await attach(ben, await drawn(ada, { name: "back.jpg" }), bytesFile("back.zip", 2 * MB));
    await sendAll(ben);
    await message(page, "back.zip").getByRole("button", { name: "Save back.zip" }).click();
    await page.getByRole("progressbar", { name: "Downloading back.zip" }).waitFor();
    await looks("downloads");
    await down.open();
  },
  STATES_TAKE_MS,
);
