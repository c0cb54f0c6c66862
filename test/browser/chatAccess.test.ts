// Conversations by keyboard alone and by finger, and what screen readers and weak eyes need of them.

import { expect, test } from "vitest";
import {
  field,
  hears,
  isState,
  lookAway,
  message,
  openChat,
  openChats,
  openMenu,
  talking,
  write,
} from "./chatting.ts";
import { focused, tabTo } from "./keys.ts";
import { heading, meet, world } from "./people.ts";
import { faultsInBothThemes } from "./viewFaults.ts";

const people = world();
const { person, expectFaults } = people;

/** Every state is looked at in two sizes and two themes. */
const STATES_TAKE_MS = 120_000;

test("a conversation is found, read, answered and changed without a mouse", async () => {
  const [ada, ben] = await Promise.all([person("Ada"), person("Ben")]);
  await meet(ada, ben);
  await openChat(ada, "Ben");
  await write(ada, "First");
  await write(ada, "Second");
  const { keyboard } = ben.page;
  await heading(ben.page, /are now contacts/).waitFor();
  await keyboard.press("Shift+Tab");
  await ben.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await tabTo(ben.page, /^Chats/);
  await keyboard.press("Enter");
  await heading(ben.page, "Chats").waitFor();
  await tabTo(ben.page, /^A?Ada/);
  await keyboard.press("Enter");
  await hears(ben, "Second");
  await expect.poll(() => focused(ben.page)).toBe("Message to Ada");
  await keyboard.press("Shift+Tab");
  await expect.poll(() => focused(ben.page)).toBe("Attach files");
  // One stop for all messages; arrows move between them.
  await keyboard.press("Shift+Tab");
  await expect.poll(() => focused(ben.page)).toMatch(/^Ada:Second/);
  await keyboard.press("ArrowUp");
  await expect.poll(() => focused(ben.page)).toMatch(/^Ada:First/);
  await keyboard.press("Enter");
  await ben.page.getByRole("dialog", { name: "Message from Ada" }).waitFor();
  await expect.poll(() => focused(ben.page)).toBe("React with 👍");
  await keyboard.press("Escape");
  await expect.poll(() => focused(ben.page)).toMatch(/^Ada:First/);
  await keyboard.press("Enter");
  await expect.poll(() => focused(ben.page)).toBe("React with 👍");
  await tabTo(ben.page, /^Reply/);
  await keyboard.press("Enter");
  await expect.poll(() => focused(ben.page)).toBe("Message to Ada");
  await keyboard.type("To the first");
  await keyboard.press("Enter");
  await message(ada.page, "To the first").getByRole("button", { name: /First/ }).waitFor();
  await keyboard.press("Shift+Tab");
  await keyboard.press("Shift+Tab");
  await keyboard.press("End");
  await expect.poll(() => focused(ben.page)).toMatch(/^You:.*To the first/);
  await keyboard.press("Enter");
  await expect.poll(() => focused(ben.page)).toBe("React with 👍");
  await keyboard.press("ArrowUp");
  await expect.poll(() => focused(ben.page)).toBe("Delete for everyone");
  await keyboard.press("Enter");
  await message(ben.page, "Message deleted").waitFor();
});

test("what comes in is said, and what was there before is not", async () => {
  const { ada, ben } = await talking(people);
  await write(ada, "Before");
  await hears(ben, "Before");
  await ben.page.reload();
  await hears(ben, "Before");
  const said = ben.page.getByRole("log", { name: "New messages" });
  await write(ada, "Now");
  await said.getByText("Ada: Now").waitFor();
  await expect.poll(() => said.getByText("Before").count()).toBe(0);
  await openChats(ben.page);
  await ben.page.getByRole("link", { name: "You", exact: true }).click();
  await write(ada, "Elsewhere");
  await ben.page.locator("[aria-live]", { hasText: "New message from Ada." }).waitFor();
});

test("by finger a long press opens what can be done, and Enter breaks the line", async () => {
  const [ada, ben] = await Promise.all([
    person("Ada", { hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } }),
    person("Ben"),
  ]);
  await meet(ben, ada);
  await openChat(ada, "Ben");
  await field(ada.page).fill("One");
  await field(ada.page).press("Enter");
  await ada.page.keyboard.type("two");
  await expect.poll(() => field(ada.page).inputValue()).toBe("One\ntwo");
  await ada.page.getByRole("button", { name: "Send" }).tap();
  await hears(ada, "two");
  await openChat(ben, "Ada");
  await hears(ben, "One\ntwo");
  const bubble = message(ada.page, "two").locator(".bubble");
  const touch = { pointerType: "touch", bubbles: true };
  await bubble.dispatchEvent("pointerdown", touch);
  const menu = ada.page.getByRole("dialog", { name: "Your message" });
  await menu.waitFor();
  await ada.page.keyboard.press("Escape");
  await menu.waitFor({ state: "detached" });
  await field(ada.page).waitFor();
  await expect.poll(() => ada.page.getByRole("navigation").count()).toBe(0);
  await ada.page.getByRole("link", { name: "All chats" }).tap();
  await heading(ada.page, "Chats").waitFor();
  await ada.page.getByRole("navigation").waitFor();
});

const SIZES = [
  { width: 390, height: 844 },
  { width: 1280, height: 800 },
] as const;

test(
  "every state of a conversation has names, roles, targets and contrast, light and dark",
  async () => {
    expectFaults(/ERR_INTERNET_DISCONNECTED|WebSocket/);
    const [ada, ben] = await Promise.all([person("Ada"), person("Ben")]);
    const { page } = ada;
    const looks = async (state: string) => {
      const faults = await faultsInBothThemes(page, SIZES);
      expect({ state, faults }).toEqual({ state, faults: [] });
    };
    await page.getByRole("link", { name: "Chats", exact: true }).click();
    await heading(page, "No chats yet").waitFor();
    await looks("nobody yet");
    await meet(ada, ben);
    await openChats(page);
    await looks("nothing written yet");
    await openChat(ada, "Ben");
    await looks("an empty conversation");
    await openChat(ben, "Ada");
    await write(ben, "Look at https://example.org/, and nowhere else");
    await hears(ada, "Look at");
    await write(ada, "שלום");
    const reply = await openMenu(page, "Look at");
    await looks("the menu of a message");
    await reply.getByRole("button", { name: "React with 👍" }).click();
    await openMenu(page, "Look at");
    await reply.getByRole("button", { name: "Another emoji" }).click();
    await reply.getByRole("textbox").fill("no");
    await page.keyboard.press("Enter");
    await looks("a reaction that is none");
    await page.keyboard.press("Escape");
    await openMenu(page, "Look at");
    await reply.getByRole("button", { name: "Reply" }).click();
    await looks("an answer in the making");
    await write(ada, "I did");
    await isState(ada, "I did", "Read");
    await field(page).press("ArrowUp");
    await field(page).fill("a".repeat(8_200));
    await looks("a change that is too long");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "More about this conversation" }).click();
    await looks("the menu of the conversation");
    await page.getByRole("button", { name: "1 hour" }).click();
    await openMenu(page, "I did");
    await reply.getByRole("button", { name: "Delete for everyone" }).click();
    await message(page, "Message deleted").waitFor();
    await looks("a deleted message");
    await page.getByRole("button", { name: "Dismiss" }).click();
    await openMenu(page, "Look at");
    await reply.getByRole("button", { name: "Info" }).click();
    await looks("about a message");
    await page.getByRole("button", { name: "Close" }).click();
    await lookAway(page, true);
    await write(ben, "Anyone?");
    await page.getByText("New messages", { exact: true }).waitFor();
    await looks("unread messages");
    await openChats(page);
    await page.getByRole("searchbox").fill("look");
    await page.getByRole("link", { name: /^Message/ }).waitFor();
    await looks("a search");
    await page.getByRole("searchbox").fill("");
    await openChat(ada, "Ben");
    await ada.context.setOffline(true);
    await page.getByText("No connection.").waitFor();
    await write(ada, "In the tunnel");
    await looks("without a connection");
  },
  STATES_TAKE_MS,
);
