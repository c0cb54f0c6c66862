// Conversations between two pages: written, read, answered, changed, taken back.

import { expect, test } from "vitest";
import {
  field,
  hears,
  line,
  isState,
  lookAway,
  message,
  openChat,
  openChats,
  openMenu,
  talking,
  write,
} from "./chatting.ts";
import { heading, meet, world } from "./people.ts";

const people = world();
const { person, url } = people;

test("without anyone to write to, the chats lead to meeting someone", async () => {
  const { page } = await person("Ada");
  await page.getByRole("link", { name: "Chats", exact: true }).click();
  await heading(page, "No chats yet").waitFor();
  await page.getByRole("main").getByRole("link", { name: "Meet someone" }).click();
  await heading(page, "Meet someone").waitFor();
});

test("BOX-2: a message is written, arrives, is read, and its author sees how far it came", async () => {
  const [ada, ben] = await Promise.all([person("Ada"), person("Ben")]);
  await meet(ada, ben);
  await ada.page.getByRole("button", { name: "Done" }).click();
  await ada.page.getByRole("link", { name: "Write" }).click();
  await write(ada, "Hello Ben");
  await isState(ada, "Hello Ben", "Delivered");
  await expect.poll(() => field(ada.page).inputValue()).toBe("");
  const chats = ben.page.getByRole("link", { name: "Chats 1 unread" });
  await chats.waitFor();
  await expect.poll(() => ben.page.title()).toMatch(/^\(1\) /);
  await chats.click();
  const entry = ben.page.getByRole("link", { name: /^Ada .*Hello Ben 1 unread$/ });
  await entry.click();
  await hears(ben, "Hello Ben");
  await ben.page.getByText("New messages", { exact: true }).waitFor();
  await isState(ada, "Hello Ben", "Read");
  await expect.poll(() => ben.page.title()).toBe("Ada – Acquaint");
  await write(ben, "Hello Ada");
  await hears(ada, "Hello Ada");
  await openChats(ada.page);
  await ada.page.getByRole("link", { name: /^Ben .*Hello Ada$/ }).waitFor();
});

test("BOX-2: a message counts as read only once its reader looks", async () => {
  const { ada, ben } = await talking(people);
  await lookAway(ben.page, true);
  await write(ada, "Are you there?");
  await hears(ben, "Are you there?");
  await expect.poll(() => ben.page.title()).toMatch(/^\(1\) /);
  await isState(ada, "Are you there?", "Delivered");
  await expect.poll(() => message(ada.page, "Are you there?").getByTitle("Read").count()).toBe(0);
  await lookAway(ben.page, false);
  await isState(ada, "Are you there?", "Read");
  await ben.page.getByText("New messages", { exact: true }).waitFor();
});

test("BOX-2: an answer quotes what it answers, and leads there", async () => {
  const { ada, ben } = await talking(people);
  await write(ada, "Which day?");
  await hears(ben, "Which day?");
  const menu = await openMenu(ben.page, "Which day?");
  await menu.getByRole("button", { name: "Reply" }).click();
  await ben.page.getByText("Answering Ada").waitFor();
  await ben.page.keyboard.press("Escape");
  await ben.page.getByText("Answering Ada").waitFor({ state: "detached" });
  await openMenu(ben.page, "Which day?");
  await menu.getByRole("button", { name: "Reply" }).click();
  await ben.page.getByText("Answering Ada").waitFor();
  await ben.page.keyboard.type("Monday");
  await ben.page.keyboard.press("Enter");
  await hears(ada, "Monday");
  const quote = message(ada.page, "Monday").getByRole("button", { name: /Which day\?/ });
  await quote.click();
  await ada.page.locator(".message:focus[data-marked=true]", { hasText: "Which day?" }).waitFor();
});

test("BOX-2: the arrow up changes the last own message, Escape leaves it as it was", async () => {
  const { ada, ben } = await talking(people);
  await write(ada, "Helo");
  await hears(ben, "Helo");
  await field(ada.page).press("ArrowUp");
  const change = ada.page.getByRole("textbox", { name: "Your message, changed" });
  await expect.poll(() => change.inputValue()).toBe("Helo");
  await change.fill("Something else");
  await change.press("Escape");
  await ada.page.getByRole("textbox", { name: "Message to Ben" }).waitFor();
  await expect.poll(() => field(ada.page).inputValue()).toBe("");
  await field(ada.page).press("ArrowUp");
  await change.fill("Hello");
  await change.press("Enter");
  await message(ben.page, "Hello").getByText("Edited").waitFor();
  await message(ada.page, "Hello").getByText("Edited").waitFor();
  await expect.poll(() => ben.page.locator(".message").count()).toBe(1);
});

test("BOX-2: what is deleted for everyone goes once it can no longer be undone", async () => {
  const { ada, ben } = await talking(people);
  await write(ada, "Keep this");
  await write(ada, "Not this");
  await hears(ben, "Not this");
  const remove = async (text: string) => {
    const menu = await openMenu(ada.page, text);
    await menu.getByRole("button", { name: "Delete for everyone" }).click();
    await message(ada.page, "Message deleted").waitFor();
  };
  await remove("Keep this");
  await ada.page.getByRole("button", { name: "Undo" }).click();
  await hears(ada, "Keep this");
  await remove("Not this");
  await ada.page.getByRole("button", { name: "Dismiss" }).click();
  await message(ben.page, "Message deleted").waitFor();
  await openChats(ben.page);
  await ben.page.getByRole("link", { name: /^Ada .*Message deleted$/ }).waitFor();
  await openChat(ben, "Ada");
  await message(ben.page, "Keep this").waitFor();
  await expect.poll(() => message(ben.page, "Keep this").count()).toBe(1);
  await ada.page.reload();
  await message(ada.page, "Message deleted").waitFor();
  await expect.poll(() => message(ada.page, "Not this").count()).toBe(0);
});

test("BOX-2: a deletion that is not over takes place when its author leaves the page", async () => {
  const { ada, ben } = await talking(people);
  await write(ada, "A slip");
  await hears(ben, "A slip");
  const menu = await openMenu(ada.page, "A slip");
  await menu.getByRole("button", { name: "Delete for everyone" }).click();
  await ada.page.reload();
  await message(ben.page, "Message deleted").waitFor();
});

test("BOX-2: people react with an offered emoji or any other, and take it back", async () => {
  const { ada, ben } = await talking(people);
  await write(ada, "We won");
  await hears(ben, "We won");
  const menu = await openMenu(ben.page, "We won");
  await menu.getByRole("button", { name: "React with 👍" }).click();
  await message(ada.page, "We won")
    .getByRole("button", { name: /^Ben: 👍/ })
    .click();
  const both = message(ben.page, "We won").getByRole("button", { name: /^You and Ada: 👍/ });
  await both.click();
  await message(ada.page, "We won")
    .getByRole("button", { name: /^You: 👍/ })
    .waitFor();
  await openMenu(ben.page, "We won");
  await menu.getByRole("button", { name: "Another emoji" }).click();
  await menu.getByRole("textbox", { name: "Any emoji" }).fill("yes");
  await ben.page.keyboard.press("Enter");
  await menu.getByText("Type one emoji.").waitFor();
  await menu.getByRole("textbox", { name: "Any emoji" }).fill("🦉");
  await ben.page.keyboard.press("Enter");
  await message(ada.page, "We won")
    .getByRole("button", { name: /^Ben: 🦉/ })
    .waitFor();
});

test("BOX-2: a timer is set for both, and messages bear it from then on", async () => {
  const { ada, ben } = await talking(people);
  await ada.page.getByRole("button", { name: "More about this conversation" }).click();
  await ada.page.getByRole("button", { name: "1 day" }).click();
  await line(ada, "Messages now disappear after 1 day (set by you)").waitFor();
  await line(ben, "Messages now disappear after 1 day (set by Ada)").waitFor();
  await write(ben, "Gone tomorrow");
  await message(ada.page, "Gone tomorrow").getByTitle("Disappears").waitFor();
  const menu = await openMenu(ada.page, "Gone tomorrow");
  await menu.getByRole("button", { name: "Info" }).click();
  await ada.page.getByRole("dialog", { name: "About this message" }).getByText("Written").waitFor();
  await ada.page.getByRole("button", { name: "Close" }).click();
  await ben.page.getByRole("button", { name: "More about this conversation" }).click();
  await ben.page.getByRole("button", { name: "Off" }).click();
  await line(ada, "Messages no longer disappear (set by Ben)").waitFor();
});

test("what is being written stays with its conversation", async () => {
  const { ada } = await talking(people);
  await field(ada.page).fill("Half a sent");
  await openChats(ada.page);
  await openChat(ada, "Ben");
  await expect.poll(() => field(ada.page).inputValue()).toBe("Half a sent");
  await ada.page.keyboard.type("ence");
  await ada.page.keyboard.press("Shift+Enter");
  await ada.page.keyboard.type("and a half");
  await ada.page.reload();
  await expect.poll(() => field(ada.page).inputValue()).toBe("Half a sentence\nand a half");
});

test("BOX-2: one is told before a message is longer than it may be", async () => {
  const { ada } = await talking(people);
  await field(ada.page).fill("é".repeat(3_900));
  await ada.page.getByText("Nearly full: room for 392 more letters").waitFor();
  await field(ada.page).fill("é".repeat(4_097));
  await ada.page.getByText("Too long by 2 letters or so").waitFor();
  await field(ada.page).press("Enter");
  await expect.poll(() => ada.page.getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
  await expect.poll(() => ada.page.locator(".message").count()).toBe(0);
  await write(ada, "é".repeat(4_096));
  await ada.page.getByRole("button", { name: "Show all of it" }).click();
  await hears(ada, "é".repeat(4_096));
});

test("messages on the device are found, and each leads to its place", async () => {
  const { ada, ben } = await talking(people);
  await write(ada, "The café is in Zürich");
  for (let number = 0; number < 25; number++) await write(ada, `Line ${number}\nand more`);
  await hears(ben, "Line 24");
  await ben.page.getByRole("searchbox").fill("zurich cafe");
  await ben.page.getByText("1 message found").waitFor();
  await ben.page.getByRole("link", { name: /The café is in Zürich/ }).click();
  const place = ben.page.locator(".message:focus", { hasText: "Zürich" });
  await place.waitFor();
  await expect
    .poll(() => place.evaluate((element) => element.getBoundingClientRect().top))
    .toBeGreaterThan(0);
  await ben.page.getByRole("searchbox").fill("nowhere at all");
  await ben.page.getByText("Nothing on this device matches").waitFor();
  await ben.page.goto(`${url()}/#/chats/somebody`);
  await heading(ben.page, "There is no such conversation here").waitFor();
});

test("who has scrolled up keeps the place, hears of what is new and goes to it", async () => {
  const { ada, ben } = await talking(people);
  for (let number = 0; number < 56; number++) await write(ada, `Line ${number}`);
  await hears(ben, "Line 55");
  await ben.page.reload();
  await hears(ben, "Line 55");
  await expect.poll(() => ben.page.locator(".message").count()).toBe(50);
  const isAtEnd = () =>
    ben.page
      .locator(".log")
      .evaluate(
        (box) => box.scrollTop > 300 && box.scrollHeight - box.clientHeight - box.scrollTop < 2,
      );
  await expect.poll(isAtEnd).toBe(true);
  // Read in the moment in which it is scrolled, before the earlier ones are there.
  const before = await ben.page.locator(".log").evaluate((box) => {
    box.scrollTop = 300;
    const top = box.getBoundingClientRect().top;
    const shown = [...box.querySelectorAll(".message")].map(({ id, firstElementChild }) => {
      return { id, y: firstElementChild?.nextElementSibling?.getBoundingClientRect().y ?? 0 };
    });
    return shown.find(({ y }) => y > top);
  });
  await expect.poll(() => ben.page.locator(".message").count()).toBe(56);
  const place = () =>
    ben.page.evaluate((id) => {
      const bubble = document.getElementById(id ?? "")?.firstElementChild?.nextElementSibling;
      return bubble?.getBoundingClientRect().y ?? 0;
    }, before?.id);
  await expect.poll(() => place()).toBeCloseTo(before?.y ?? -1, 0);
  await write(ada, "And one more");
  const news = ben.page.getByRole("button", { name: "1 new message" });
  await news.waitFor();
  await expect.poll(() => place()).toBeCloseTo(before?.y ?? -1, 0);
  await isState(ada, "And one more", "Delivered");
  await news.click();
  await isState(ada, "And one more", "Read");
  await news.waitFor({ state: "detached" });
  await ben.page.reload();
  await hears(ben, "And one more");
  await expect.poll(() => message(ben.page, "Line 0").count()).toBe(0);
  await ben.page.getByRole("searchbox").fill("line 0");
  await ben.page.getByRole("link", { name: /^Message.*Line 0$/ }).click();
  await ben.page.locator(".message:focus", { hasText: "Line 0" }).waitFor();
});
