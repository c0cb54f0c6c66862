// KEY-1, KEY-2, KEY-5: two people meet on the page, each with a browser of their own.

import { expect, test } from "vitest";
import { enterKey, heading, makeCard, meet, shownCode, showKey, textOf, world } from "./people.ts";

const { person, visitor, url } = world();

test("KEY-2, KEY-5: two people meet, cards go both ways, and both are there after a reload", async () => {
  const [ada, ben] = await Promise.all([person("Ada"), person("Ben")]);
  await makeCard(ada, { Organisation: "Analytical Engines", Phone: "+44 20 7946 0018" });
  await makeCard(ben, { "E-mail": "ben@example.org" });
  await meet(ada, ben);

  await expect(
    ada.page.getByRole("link", { name: "ben@example.org" }).getAttribute("href"),
  ).resolves.toBe("mailto:ben@example.org");
  await expect(
    ben.page.getByRole("link", { name: "+44 20 7946 0018" }).getAttribute("href"),
  ).resolves.toBe("tel:+442079460018");
  await ben.page.getByLabel("When and where you met").fill("Zürich, after the talk");
  await ben.page.getByRole("button", { name: "Done" }).click();
  await heading(ben.page, "Ada").waitFor();

  for (const [{ page }, other] of [
    [ada, "Ben"],
    [ben, "Ada"],
  ] as const) {
    await page.goto(`${url()}/#/contacts`);
    await page.reload();
    await page.getByRole("link", { name: other }).click();
    await page.getByRole("article", { name: `Card of ${other}` }).waitFor();
    await page.getByText("this device checked their keys").waitFor();
  }
  await expect(ben.page.getByLabel("When and where you met").inputValue()).resolves.toBe(
    "Zürich, after the talk",
  );
});

test("KEY-6: the received card is saved as a vCard", async () => {
  const [ada, ben] = await Promise.all([person("Ada"), person("Ben")]);
  await makeCard(ada, { Organisation: "Analytical Engines", Phone: "+44 20 7946 0018" });
  await meet(ada, ben);
  const [download] = await Promise.all([
    ben.page.waitForEvent("download"),
    ben.page.getByRole("button", { name: "Save as vCard" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("Ada.vcf");
  const vcard = await textOf(download);
  expect(vcard).toMatch(/^BEGIN:VCARD\r\nVERSION:4\.0\r\n/);
  expect(vcard).toContain("FN:Ada");
  expect(vcard).toContain("+44 20 7946 0018");
});

test("KEY-1: a link fills the key in, keeps it out of the address, and waits for a person", async () => {
  const [ada, ben] = [await person("Ada"), await visitor()];
  const code = await showKey(ada);
  await ben.page.goto(`${url()}/#/key/${code}`);
  await heading(ben.page, "Someone wants to meet you").waitFor();
  expect(ben.page.url()).not.toContain(code.split("-")[1]);
  await ben.page.getByRole("button", { name: "Skip" }).click();
  await ben.page.getByText(`Reads as ${code.replaceAll("-", " ")}`).waitFor();
  await ben.page.getByRole("button", { name: "Meet", exact: true }).click();
  await heading(ben.page, "You and Ada are now contacts").waitFor();
  await ben.page.getByRole("button", { name: "Done" }).click();
  await heading(ben.page, /twelve words/).waitFor();
});

test("KEY-3: wrong words end the key on both pages, and a fresh one is offered", async () => {
  const [ada, ben] = await Promise.all([person("Ada"), person("Ben")]);
  const code = await showKey(ada);
  const [number, first] = code.split("-");
  await enterKey(ben, `${number} ${first === "zoo" ? "abandon" : "zoo"} zoo`);
  await Promise.all([
    heading(ada.page, "The words did not match").waitFor(),
    heading(ben.page, "That key did not match").waitFor(),
  ]);
  await ada.page.getByRole("button", { name: "Show a fresh key" }).click();
  await heading(ada.page, "Your key").waitFor();
  const fresh = await shownCode(ada.page);
  expect(fresh).not.toBe(code);
  await ben.page.getByRole("button", { name: "Enter another key" }).click();
  await enterKey(ben, fresh);
  await heading(ben.page, "You and Ada are now contacts").waitFor();
});

test("KEY-3: a key that ran out says so and offers a fresh one", async () => {
  const ada = await visitor();
  await ada.page.clock.install();
  await ada.page.goto(url());
  await ada.page.getByRole("button", { name: "Skip" }).click();
  await ada.page.getByRole("button", { name: "Later" }).click();
  const code = await showKey(ada);
  await ada.page.clock.fastForward("02:01");
  await heading(ada.page, "This key has expired").waitFor();
  await ada.page.getByRole("button", { name: "Show a fresh key" }).click();
  await heading(ada.page, "Your key").waitFor();
  await expect.poll(() => shownCode(ada.page)).not.toBe(code);
});

test("a key stays on show while its owner looks at something else, and after a reload", async () => {
  const ada = await person("Ada");
  const code = await showKey(ada);
  await ada.page.getByRole("link", { name: "You", exact: true }).click();
  await ada.page.getByRole("link", { name: "Your key is still showing" }).click();
  await expect.poll(() => shownCode(ada.page)).toBe(code);
  await ada.page.reload();
  await expect.poll(() => shownCode(ada.page)).toBe(code);
});

test("a cancelled key ends on both sides", async () => {
  const [ada, ben] = await Promise.all([person("Ada"), person("Ben")]);
  const code = await showKey(ada);
  await ada.page.getByRole("button", { name: "Cancel" }).click();
  await heading(ada.page, "Meet someone").waitFor();
  await enterKey(ben, code);
  await heading(ben.page, "That key did not match").waitFor();
});
