// KEY-6: a person's own cards are made, edited, imported and deleted on the page.

import { expect, test } from "vitest";
import { heading, makeCard, PHOTO, textOf, world } from "./people.ts";

const { person } = world();

test("a card with a large photo is made small enough, kept, and exported", async () => {
  const { page } = await person("Ada Lovelace");
  await page.getByRole("link", { name: "Make one" }).click();
  await page.getByLabel("Photo", { exact: true }).setInputFiles(PHOTO);
  await page.getByRole("button", { name: "Remove the photo" }).waitFor();
  const photo = await page.locator("img.avatar").getAttribute("src");
  expect(photo).toMatch(/^data:image\/jpeg;base64,/);
  expect(photo!.length).toBeLessThan(60_000);
  await page.getByRole("textbox", { name: "Phone", exact: true }).fill("+1 555 0100");
  await page.getByRole("button", { name: "Add another Phone" }).click();
  await page.getByRole("textbox", { name: "Phone 2" }).fill("+1 555 0101");
  await page.getByRole("textbox", { name: "Link" }).fill("example.org/ada");
  await page.getByRole("button", { name: "Save the card" }).click();
  await heading(page, "Your cards").waitFor();

  await page.reload();
  await page.getByRole("link", { name: /Ada Lovelace/ }).click();
  await expect
    .poll(() => page.getByRole("textbox", { name: "Phone 2" }).inputValue())
    .toBe("+1 555 0101");
  await expect
    .poll(() => page.getByRole("textbox", { name: "Link" }).inputValue())
    .toBe("https://example.org/ada");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save as vCard" }).click(),
  ]);
  expect(await textOf(download)).toMatch(/PHOTO[^:]*:data:image\/jpeg;base64,/);
});

test("a card that grows too large says its size and is not kept", async () => {
  const { page } = await person("Ada");
  await page.getByRole("link", { name: "Make one" }).click();
  await page.getByLabel("Note").fill("x".repeat(50 * 1024));
  await page.getByText("This card has 51 of 64 KB.").waitFor();
  await page.getByLabel("Note").fill("x".repeat(70 * 1024));
  await page.getByText("Choose a smaller photo or shorten the note.").waitFor();
  await page.getByRole("button", { name: "Save the card" }).click();
  await page.getByRole("alert").waitFor();
});

test("a vCard is imported, and a deleted card comes back on undo", async () => {
  const { page } = await person("Ada");
  await page.getByRole("link", { name: "You", exact: true }).click();
  await page.getByLabel("vCard file").setInputFiles({
    name: "grace.vcf",
    mimeType: "text/vcard",
    buffer: Buffer.from(
      "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Grace Hopper\r\nN:Hopper;Grace;;;\r\nTEL:+1 555 0199\r\nEND:VCARD\r\n",
    ),
  });
  const card = page.getByRole("link", { name: /Grace Hopper/ });
  await card.click();
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("link", { name: "Make a card" }).waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await card.waitFor();
  await page.getByText("Goes along", { exact: true }).waitFor();
});

test("KEY-5: the card that goes along is chosen, or none", async () => {
  const ada = await person("Ada");
  await makeCard(ada, { Organisation: "Work" });
  await makeCard(ada, { Name: "Private Ada" });
  const { page } = ada;
  await page.getByRole("link", { name: "Meet", exact: true }).click();
  const picker = page.getByLabel("Card that goes along");
  await picker.selectOption({ label: "Private Ada" });
  await picker.selectOption({ label: "None" });
  await page.reload();
  await expect.poll(() => picker.inputValue()).toBe("");
});
