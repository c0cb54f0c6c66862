// Files between two pages: chosen, sent with progress, seen, saved; over reloads and lost connections.

import { expect, test } from "vitest";
import {
  hears,
  isState,
  message,
  openChat,
  openChats,
  openMenu,
  talking,
  write,
} from "./chatting.ts";
import {
  attach,
  bytesFile,
  digestOf,
  drawn,
  gate,
  handOver,
  isLoaded,
  MB,
  picture,
  saveBy,
  sendAll,
} from "./filing.ts";
import { PHOTO, world } from "./people.ts";

const people = world();
const { expectFaults } = people;

test("BOX-2: a picture goes with a caption, is seen inline and in full, and can be saved", async () => {
  const { ada, ben } = await talking(people);
  const file = await drawn(ada);
  await attach(ada, file);
  await ada.page.locator(".tray-item", { hasText: "halves.jpg" }).waitFor();
  await ada.page.getByRole("textbox", { name: "Caption, to Ben" }).fill("Two halves");
  await sendAll(ada);
  await isState(ada, "Two halves", "Read");
  await isLoaded(ada.page, "halves.jpg", 600);
  await message(ben.page, "Two halves").waitFor();
  await isLoaded(ben.page, "halves.jpg", 600);
  await picture(ben.page, "halves.jpg").click();
  const viewer = ben.page.getByRole("dialog", { name: "Picture halves.jpg" });
  await viewer.getByRole("img", { name: "halves.jpg" }).waitFor();
  const save = viewer.getByRole("button", { name: "Save halves.jpg" });
  expect(await saveBy(ben.page, save)).toEqual({
    name: "halves.jpg",
    digest: digestOf(file.buffer),
  });
  await ben.page.keyboard.press("Escape");
  await viewer.waitFor({ state: "detached" });
  await openChats(ben.page);
  await ben.page.getByRole("link", { name: /^Ada .*📎 halves\.jpg – Two halves$/ }).waitFor();
});

test("a picture that is pasted or dropped is sent as one that was chosen, and arrows move among them", async () => {
  const { ada, ben } = await talking(people);
  const pasted = await drawn(ada, { name: "image.png", width: 200, height: 100 });
  await handOver(ada, "paste", pasted);
  await ada.page.locator(".tray-item", { hasText: /Picture \d{4}-\d{2}-\d{2}/ }).waitFor();
  await handOver(ada, "drop", await drawn(ada, { name: "dropped.jpg", width: 300 }));
  await attach(ada, PHOTO);
  await expect.poll(() => ada.page.locator(".tray-item").count()).toBe(3);
  await ada.page.getByRole("button", { name: "Do not send photo.png" }).click();
  await ada.page
    .getByRole("button", { name: "Do not send photo.png" })
    .waitFor({ state: "detached" });
  await sendAll(ada);
  await isLoaded(ben.page, "dropped.jpg", 300);
  await expect.poll(() => ben.page.locator(".message").count()).toBe(2);
  await picture(ben.page, "dropped.jpg").click();
  await ben.page.getByRole("dialog", { name: "Picture dropped.jpg" }).waitFor();
  await ben.page.keyboard.press("ArrowLeft");
  await ben.page.getByRole("dialog", { name: /^Picture Picture / }).waitFor();
  await ben.page.keyboard.press("ArrowRight");
  await ben.page.getByRole("dialog", { name: "Picture dropped.jpg" }).waitFor();
});

test("a picture stands as its camera was held, and its place is kept while it loads", async () => {
  const { ada, ben } = await talking(people);
  const { open } = await gate(ben.context, { method: "GET", passing: 0 });
  await attach(ada, await drawn(ada, { name: "upright.jpg", orientation: 6 }));
  await sendAll(ada);
  const shown = picture(ben.page, "upright.jpg");
  const small = shown.locator(".scene-small");
  await small.waitFor();
  const sides = () =>
    small.evaluate((image: HTMLImageElement) => [image.naturalWidth, image.naturalHeight]);
  await expect.poll(async () => (await sides())[1]! / (await sides())[0]!).toBeCloseTo(2);
  const before = await ben.page.locator(".scene").boundingBox();
  expect(before!.height / before!.width).toBeCloseTo(2, 1);
  await open();
  await isLoaded(ben.page, "upright.jpg", 300);
  expect(await ben.page.locator(".scene").boundingBox()).toEqual(before);
});

test("BOX-2: 12 MB go with progress both ways, over a reload in the middle, and arrive as they were", async () => {
  const { ada, ben } = await talking(people);
  const file = bytesFile("survey.zip", 12 * MB, "application/zip");
  const up = await gate(ada.context, { method: "PUT", passing: 4 });
  await attach(ada, file);
  await sendAll(ada);
  const uploading = ada.page.getByRole("progressbar", { name: "Uploading survey.zip" });
  await expect.poll(() => uploading.getAttribute("aria-valuenow")).toMatch(/^[1-9]/);
  await write(ada, "It is on its way");
  await hears(ben, "It is on its way");
  await expect.poll(() => ben.page.locator(".file-card").count()).toBe(0);
  await ada.page.reload();
  await uploading.waitFor();
  await up.open();
  await isState(ada, "survey.zip", "Read");
  await hears(ben, "survey.zip");

  const down = await gate(ben.context, { method: "GET", passing: 3 });
  const card = message(ben.page, "survey.zip");
  const save = card.getByRole("button", { name: "Save survey.zip" });
  await save.click();
  const downloading = card.getByRole("progressbar", { name: "Downloading survey.zip" });
  await expect.poll(() => downloading.getAttribute("aria-valuenow")).toMatch(/^[1-9]/);
  await card.getByRole("button", { name: "Stop downloading survey.zip" }).click();
  await save.waitFor();
  await down.open();
  expect(await saveBy(ben.page, save)).toEqual({
    name: "survey.zip",
    digest: digestOf(file.buffer),
  });
});

test("an upload that is called off leaves the conversation, and never arrives", async () => {
  expectFaults(/status of 404 .*\/v1\/blobs\//); // a chunk was under way
  const { ada, ben } = await talking(people);
  const { open } = await gate(ada.context, { method: "PUT", passing: 1 });
  await write(ada, "Before");
  await attach(ada, bytesFile("wrong.zip", 3 * MB));
  await sendAll(ada);
  await message(ada.page, "wrong.zip").getByTitle("Uploading", { exact: true }).waitFor();
  await ada.page.getByRole("button", { name: "Do not send wrong.zip" }).click();
  await message(ada.page, "wrong.zip").waitFor({ state: "detached" });
  await open();
  // The page that has called it off does not show it in any case.
  await write(ada, "After");
  await hears(ben, "After");
  await ada.page.reload();
  await hears(ada, "After");
  await expect.poll(() => message(ada.page, "wrong.zip").count()).toBe(0);
  await attach(ada, bytesFile("right.zip", 4 * MB));
  await sendAll(ada);
  await hears(ben, "right.zip");
  await expect.poll(() => message(ben.page, "wrong.zip").count()).toBe(0);
});

test("BOX-2: a file that is chosen without a connection goes once there is one", async () => {
  expectFaults(/ERR_INTERNET_DISCONNECTED|WebSocket/);
  const { ada, ben } = await talking(people);
  await ada.context.setOffline(true);
  await ada.page.getByText("No connection.").waitFor();
  await attach(ada, bytesFile("tunnel.bin", 2 * MB));
  await sendAll(ada);
  await message(ada.page, "tunnel.bin").getByText("Waiting for a connection").waitFor();
  await ada.context.setOffline(false);
  await isState(ada, "tunnel.bin", "Read");
  await hears(ben, "tunnel.bin");
});

test("BOX-2: an upload whose connection is lost in the middle goes on from there", async () => {
  expectFaults(/ERR_INTERNET_DISCONNECTED|ERR_FAILED|WebSocket/);
  const { ada, ben } = await talking(people);
  const { open } = await gate(ada.context, { method: "PUT", passing: 3 });
  const file = bytesFile("survey.zip", 6 * MB);
  await attach(ada, file);
  await sendAll(ada);
  const uploading = ada.page.getByRole("progressbar", { name: "Uploading survey.zip" });
  await expect.poll(() => uploading.getAttribute("aria-valuenow")).toMatch(/^[1-9]/);
  await ada.context.setOffline(true);
  await open();
  await message(ada.page, "survey.zip").getByText("Waiting for a connection").waitFor();
  await ada.context.setOffline(false);
  await isState(ada, "survey.zip", "Read");
  const save = message(ben.page, "survey.zip").getByRole("button", { name: "Save survey.zip" });
  expect((await saveBy(ben.page, save)).digest).toBe(digestOf(file.buffer));
});

test("what could run in the page is for saving alone", async () => {
  const { ada, ben } = await talking(people);
  const code =
    '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script></svg>';
  for (const [name, mimeType] of [
    ["drawing.svg", "image/svg+xml"],
    ["page.html", "text/html"],
    ["paper.pdf", "application/pdf"],
  ] as const) {
    await attach(ada, { name, mimeType, buffer: Buffer.from(code) });
    await sendAll(ada);
    await hears(ben, name);
    const card = message(ben.page, name);
    await expect.poll(() => card.locator("img, iframe, object, embed, a").count()).toBe(0);
    const urls: string[] = [];
    ben.page.on("download", (download) => urls.push(download.url()));
    const save = card.getByRole("button", { name: `Save ${name}` });
    expect((await saveBy(ben.page, save)).name).toBe(name);
    expect(urls[0]).toMatch(/^blob:/);
  }
});

test("a file is answered, found by its name, given another caption and deleted for both", async () => {
  const { ada, ben } = await talking(people);
  await attach(ada, bytesFile("minutes.txt", 900, "text/plain"));
  await sendAll(ada);
  await hears(ben, "minutes.txt");
  const reply = await openMenu(ben.page, "minutes.txt");
  await reply.getByRole("button", { name: "Reply" }).click();
  await write(ben, "Read them");
  await message(ada.page, "Read them")
    .getByRole("button", { name: /You.*📎 minutes\.txt/ })
    .waitFor();
  const change = await openMenu(ada.page, "900 bytes");
  await change.getByRole("button", { name: "Edit the caption" }).click();
  await ada.page.getByRole("textbox", { name: "Your message, changed" }).fill("Of May");
  await ada.page.keyboard.press("Enter");
  await message(ben.page, "Of May").getByText("Edited").waitFor();
  await openChats(ben.page);
  await ben.page.getByRole("searchbox").fill("minutes");
  await ben.page.getByRole("link", { name: /minutes\.txt – Of May/ }).waitFor();
  await ben.page.getByRole("searchbox").fill("");
  await openChat(ben, "Ada");
  const menu = await openMenu(ada.page, "900 bytes");
  await menu.getByRole("button", { name: "Delete for everyone" }).click();
  await ada.page.getByRole("button", { name: "Dismiss" }).click();
  await ben.page.locator('.message[data-author="peer"]', { hasText: "Message deleted" }).waitFor();
  await expect.poll(() => ben.page.locator(".file-card").count()).toBe(0);
});
