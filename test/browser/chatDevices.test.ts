// Conversations where things are not as they should be: no connection, several windows, people who are blocked,
// gone or not to be trusted.

import { expect, test } from "vitest";
import { field, hears, isState, message, openChat, openMenu, talking, write } from "./chatting.ts";
import { heading, idOf, world } from "./people.ts";

const people = world();
const { url, expectFaults } = people;

test("BOX-1: what is written without a connection goes once there is one", async () => {
  expectFaults(/ERR_INTERNET_DISCONNECTED|WebSocket/);
  const { ada, ben } = await talking(people);
  await write(ben, "Before");
  await hears(ada, "Before");
  await ada.context.setOffline(true);
  await ada.page.getByText("No connection. What you write goes later.").waitFor();
  await write(ada, "From the tunnel");
  await isState(ada, "From the tunnel", "Waiting to be sent");
  await hears(ada, "Before");
  const menu = await openMenu(ada.page, "Before");
  await menu.getByRole("button", { name: "React with 👍" }).click();
  await ada.context.setOffline(false);
  await hears(ben, "From the tunnel");
  await message(ben.page, "Before")
    .getByRole("button", { name: /^Ada: 👍/ })
    .waitFor();
  await isState(ada, "From the tunnel", "Read");
  await ada.page.getByText("No connection.").waitFor({ state: "detached" });
});

test("BOX-6: two windows of one person show the same, and either can write", async () => {
  const { ada, ben } = await talking(people);
  const second = { page: await ada.context.newPage(), context: ada.context };
  await second.page.goto(ada.page.url());
  await write(second, "From the second window");
  await hears(ben, "From the second window");
  await isState(ada, "From the second window", "Read");
  await isState(second, "From the second window", "Read");
  await write(ben, "I see");
  await Promise.all([hears(ada, "I see"), hears(second, "I see")]);
  const menu = await openMenu(second.page, "From the second window");
  await menu.getByRole("button", { name: "Delete for everyone" }).click();
  await second.page.getByRole("button", { name: "Dismiss" }).click();
  await message(ada.page, "Message deleted").waitFor();
  await ada.page.close();
  await write(ben, "Still there?");
  await hears(second, "Still there?");
});

test("one sees that the other types, in the list as in the conversation", async () => {
  const { ada, ben } = await talking(people);
  await write(ada, "Tell me");
  await hears(ben, "Tell me");
  await field(ben.page).pressSequentially("Well");
  await expect.poll(() => ada.page.getByText("typing…").count()).toBe(2);
  await field(ben.page).fill("");
  await expect.poll(() => ada.page.getByText("typing…").count()).toBe(0);
});

test("ID-4: nobody writes to whom they have blocked, until the block is lifted there", async () => {
  const { ada, ben } = await talking(people);
  await write(ada, "Hello");
  await hears(ben, "Hello");
  await ada.page.getByRole("button", { name: "More about this conversation" }).click();
  await ada.page.getByRole("link", { name: "Ben in your contacts" }).click();
  await ada.page.getByRole("button", { name: "Block" }).click();
  await ada.page.getByText("You have blocked Ben. They are not told.").waitFor();
  await ada.page.getByRole("link", { name: "Write" }).click();
  await ada.page.getByText("You have blocked Ben. Nothing goes").waitFor();
  await expect.poll(() => field(ada.page).count()).toBe(0);
  await ada.page.getByRole("button", { name: "Unblock Ben" }).click();
  await write(ada, "Hello again");
  await hears(ben, "Hello again");
});

test("ID-3: whom this device has not verified is shown as such, with the way to change it", async () => {
  const { ada, ben } = await talking(people);
  await write(ada, "Hello");
  await hears(ben, "Hello");
  const benId = await idOf(ben);
  // As on a device that was not there when they met.
  await ada.page.evaluate(
    (userId) =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open("acquaint");
        opening.onerror = reject;
        opening.onsuccess = () => {
          const transaction = opening.result.transaction("contacts", "readwrite");
          transaction.objectStore("contacts").delete(userId);
          transaction.oncomplete = resolve;
        };
      }),
    benId,
  );
  await ada.page.reload();
  await ada.page.getByText("Not verified", { exact: true }).waitFor();
  await hears(ada, "Hello");
  await ada.page.getByRole("link", { name: "Verify by passphrase" }).click();
  await heading(ada.page, /passphrase/).waitFor();
});

test("BOX-1: a message that the server refuses says why, and can be tried again", async () => {
  const { ada, ben } = await talking(people);
  await write(ada, "Hello");
  await hears(ben, "Hello");
  await ben.page.getByRole("button", { name: "More about this conversation" }).click();
  await ben.page.getByRole("link", { name: "Ada in your contacts" }).click();
  await ben.page.getByRole("button", { name: "Remove" }).click();
  await ben.page.getByRole("button", { name: "Dismiss" }).click();
  await heading(ben.page, "No contacts yet").waitFor();
  await write(ada, "Where are you?");
  await ada.page.getByText("Not delivered. You and Ben are no longer").waitFor();
  await ada.page.getByRole("button", { name: "Try again" }).click();
  await ada.page.getByText("Not delivered. You and Ben are no longer").waitFor();
});

test("ID-3: when someone's devices contradict what was known, an alarm stands and nothing is sent", async () => {
  const { ada, ben } = await talking(people);
  await write(ben, "Hello");
  await hears(ada, "Hello");
  const benId = await idOf(ben);
  // The server can show a forged log to the account that asks for it, and to nobody else.
  await ada.page.evaluate((userId) => {
    const told = { type: "event", event: { event: "forked", userId }, from: "another tab" };
    new BroadcastChannel("acquaint").postMessage(["tabs", told]);
  }, benId);
  const second = { page: await ada.context.newPage(), context: ada.context };
  await second.page.goto(url());
  for (const someone of [ada, second]) {
    await openChat(someone, "Ben");
    await someone.page.getByRole("alert").getByText("Someone may be posing as Ben.").waitFor();
    await expect.poll(() => field(someone.page).count()).toBe(0);
  }
  const menu = await openMenu(ada.page, "Hello");
  await menu.getByRole("button", { name: "Copy" }).waitFor();
  await expect.poll(() => menu.getByRole("button", { name: "Reply" }).count()).toBe(0);
});
