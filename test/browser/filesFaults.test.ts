// Files that cannot be sent or opened: people are told why, and what helps.

import { truncateSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { problem } from "../../shared/wire/problem.ts";
import { hears, isState, message, talking } from "./chatting.ts";
import { attach, bytesFile, drawn, MB, picture, saveBy, sendAll } from "./filing.ts";
import { world } from "./people.ts";

const people = world();
const { expectFaults } = people;
const CHUNKS = /\/v1\/blobs\/[^/]+\/\d+$/;

test("a file that is too large is not taken, and the others are", async () => {
  const { ada } = await talking(people);
  const path = join(await mkdtemp(join(tmpdir(), "large-")), "film.mov");
  writeFileSync(path, "");
  truncateSync(path, 101 * MB);
  await ada.page.locator('.composer input[type="file"]').setInputFiles(path);
  await ada.page.getByText("film.mov: Larger than 100 MB").waitFor();
  await expect.poll(() => ada.page.locator(".tray-item").count()).toBe(0);
  await attach(ada, bytesFile("small.bin", 10));
  await ada.page.getByText("film.mov: Larger than 100 MB").waitFor({ state: "detached" });
});

test("a file that the server has no room for waits to be tried again or removed", async () => {
  expectFaults(/status of 507/);
  const { ada, ben } = await talking(people);
  const full = problem("storage-full");
  await ada.context.route(/\/v1\/blobs$/, (route) =>
    route.fulfill({
      status: full.status,
      contentType: "application/problem+json",
      body: JSON.stringify(full),
    }),
  );
  await attach(ada, bytesFile("first.bin", 5_000), bytesFile("second.bin", 5_000));
  await sendAll(ada);
  for (const name of ["first.bin", "second.bin"]) {
    await message(ada.page, name)
      .getByText(/take up all the room/)
      .waitFor();
  }
  await ada.context.unroute(/\/v1\/blobs$/);
  await message(ada.page, "first.bin").getByRole("button", { name: "Remove" }).click();
  await message(ada.page, "first.bin").waitFor({ state: "detached" });
  await message(ada.page, "second.bin").getByRole("button", { name: "Try again" }).click();
  await isState(ada, "second.bin", "Read");
  await hears(ben, "second.bin");
  await expect.poll(() => message(ben.page, "first.bin").count()).toBe(0);
});

test("a file that the server does not have any more says so, and leaves its small picture", async () => {
  expectFaults(/status of 404/);
  const { ada, ben } = await talking(people);
  const gone = problem("blob-unknown");
  await ben.context.route(CHUNKS, (route) =>
    route.fulfill({
      status: gone.status,
      contentType: "application/problem+json",
      body: JSON.stringify(gone),
    }),
  );
  await attach(ada, await drawn(ada), bytesFile("old.bin", 5_000));
  await sendAll(ada);
  await picture(ben.page, "halves.jpg").locator(".scene-small").waitFor();
  await ben.page.locator(".scene", { hasText: "No longer at the server" }).waitFor();
  const card = message(ben.page, "old.bin");
  await card.getByRole("button", { name: "Save old.bin" }).click();
  await card.getByText(/^No longer at the server/).waitFor();
  await expect.poll(() => card.getByRole("button", { name: /old\.bin/ }).count()).toBe(0);
});

test("a file that was changed on its way is not used, and can be loaded again", async () => {
  const { ada, ben } = await talking(people);
  await ben.context.route(CHUNKS, async (route) => {
    const response = await route.fetch();
    const body = await response.body();
    body[0] = body[0]! ^ 1;
    await route.fulfill({ response, body });
  });
  const file = bytesFile("contract.txt", 5_000);
  await attach(ada, file);
  await sendAll(ada);
  const card = message(ben.page, "contract.txt");
  await card.getByRole("button", { name: "Save contract.txt" }).click();
  await card.getByText(/is not what was sent/).waitFor();
  await ben.context.unroute(CHUNKS);
  const again = card.getByRole("button", { name: "Try again to save contract.txt" });
  expect((await saveBy(ben.page, again)).name).toBe("contract.txt");
});
