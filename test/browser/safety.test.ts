// Leaving and making sure: what one takes along, what erasing does in every window, and the safety phrase.

import { expect, test } from "vitest";
import { field, openChat, talking } from "./chatting.ts";
import { heading, idOf, meet, type Person, textOf, world } from "./people.ts";
import { comparedText } from "../../web/comparedText.ts";
import { faultsInBothThemes } from "./viewFaults.ts";

const people = world();
const { person, url, expectFaults } = people;

const PHONE = { viewport: { width: 390, height: 844 } } as const;

async function openYou({ page }: Person): Promise<void> {
  await page.getByRole("link", { name: "You", exact: true }).click();
  await heading(page, "Your data").waitFor();
}

/** Types what is asked for into the sheet, which is open then. */
async function typeToErase({ page }: Person, text: string): Promise<void> {
  const sheet = page.getByRole("dialog", { name: "Erase this account" });
  await sheet.getByRole("textbox", { name: /^To erase it, type/ }).fill(text);
  await sheet.getByRole("button", { name: "Erase for good" }).click();
}

async function openErasing(someone: Person): Promise<void> {
  await openYou(someone);
  await someone.page.getByRole("button", { name: "Erase this account" }).click();
}

async function isErased({ page }: Person): Promise<void> {
  await heading(page, "This account was erased").waitFor();
  await expect.poll(() => page.getByRole("navigation").count()).toBe(0);
  await expect.poll(() => page.getByRole("button").count()).toBe(1);
  await expect.poll(() => page.title()).toBe("Account erased – Acquaint");
}

async function openContact({ page }: Person, name: string): Promise<void> {
  await page.getByRole("link", { name: "Contacts", exact: true }).click();
  await page.getByRole("link", { name: new RegExp(`${name}`) }).click();
  await page.getByText("Compared", { exact: true }).waitFor();
}

/** The words in the sheet, which this opens. */
async function safetyPhrase({ page }: Person): Promise<string[]> {
  await page.getByRole("button", { name: "Compare safety phrase" }).click();
  const words = page.getByRole("list", { name: "Safety phrase" }).getByRole("listitem");
  await words.first().waitFor();
  return words.allTextContents();
}

/**
 * What the browser keeps, in all collections. The mark of an erasure aside, which holds nothing: another window
 * may be about to take it away again.
 */
function keptEntries({ page }: Person): Promise<string[]> {
  return page.evaluate(
    () =>
      new Promise<string[]>((resolve, reject) => {
        const opening = indexedDB.open("acquaint");
        opening.onerror = reject;
        opening.onsuccess = async () => {
          const database = opening.result;
          const kept: string[] = [];
          for (const name of database.objectStoreNames) {
            kept.push(
              ...(await new Promise<string[]>((resolveKeys) => {
                const reading = database.transaction(name).objectStore(name).getAllKeys();
                reading.onsuccess = () => {
                  resolveKeys(reading.result.map((key) => `${name}: ${key as string}`));
                };
              })),
            );
          }
          database.close();
          resolve(kept.filter((entry) => entry !== "device: erasure"));
        };
      }),
  );
}

/** Changes an entry that the browser keeps under an id that begins so. */
async function tamper(
  { page }: Person,
  collection: string,
  id: string,
  value: object | string,
): Promise<void> {
  await page.evaluate(
    ([name, key, put]) =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open("acquaint");
        opening.onerror = reject;
        opening.onsuccess = () => {
          const database = opening.result;
          const transaction = database.transaction(name, "readwrite");
          const store = transaction.objectStore(name);
          const reading = store.get(key);
          reading.onsuccess = () => {
            store.put(typeof put === "string" ? put : { ...reading.result, ...put }, key);
          };
          transaction.oncomplete = () => {
            database.close();
            resolve(null);
          };
        };
      }),
    [collection, id, value] as const,
  );
}

test("ID-5: everything this device keeps is one JSON file, named by the day", async () => {
  const { ada, ben } = await talking(people);
  await field(ada.page).fill("Hello Ben");
  await field(ada.page).press("Enter");
  await ben.page.getByText("Hello Ben").first().waitFor();
  await openYou(ada);
  const [download] = await Promise.all([
    ada.page.waitForEvent("download"),
    ada.page.getByRole("button", { name: "Download everything" }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^acquaint-\d{4}-\d\d-\d\d\.json$/);
  const text = await textOf(download);
  const account = JSON.parse(text);
  expect(account).toMatchObject({
    format: "acquaint-export",
    account: { name: "Ada" },
    contacts: [{ name: "Ben" }],
    conversations: [{ messages: [{ text: "Hello Ben" }] }],
  });
});

test("ID-5: an account is erased once its owner has typed whose it is, in every window, and begins anew", async () => {
  const { ada, ben } = await talking(people);
  const second = { page: await ada.context.newPage(), context: ada.context };
  const complaints: string[] = [];
  second.page.on("console", (message) => {
    // It takes the socket over from the window that erases, and the server knows it no more.
    const isRefusal = /^WebSocket connection|status of 401/.test(message.text());
    if (!isRefusal) complaints.push(message.text());
  });
  second.page.on("pageerror", (error) => complaints.push(String(error)));
  await second.page.goto(url());
  await openChat(second, "Ben");
  await field(second.page).pressSequentially("Half a");
  await ada.page.bringToFront();
  const id = await idOf(ada);
  await openErasing(ada);
  await typeToErase(ada, "Ada");
  await ada.page.getByText("Nothing was erased.").waitFor();
  await typeToErase(ada, id.slice(0, 3));
  await ada.page.getByText("Nothing was erased.").waitFor();
  await expect.poll(() => heading(ada.page, "This account was erased").count()).toBe(0);
  await typeToErase(ada, id.slice(0, 4).toUpperCase());
  await Promise.all([isErased(ada), isErased(second)]);
  expect(complaints).toEqual([]);
  await expect.poll(() => keptEntries(ada)).toEqual([]);
  await ada.page.getByRole("button", { name: "Begin anew" }).click();
  await ada.page.getByLabel("Your name").fill("Ida");
  await ada.page.getByRole("button", { name: "Go on" }).click();
  await heading(ada.page, /twelve words/).waitFor();
  await ada.page.getByRole("button", { name: "Later" }).click();
  const newId = await idOf(ada);
  expect(newId).not.toBe(id);
  // A window that was left open does not take the new account along.
  await second.page.bringToFront();
  await second.page.getByRole("button", { name: "Begin anew" }).click();
  await expect.poll(() => idOf(second)).toBe(newId);
  await openContact(ben, "Ada");
});

test("ID-5: after another device has erased the account, this one says so and keeps what it has until told", async () => {
  const [ada, ben] = await Promise.all([person("Ada"), person("Ben")]);
  await meet(ada, ben);
  // As the page is left by another device's word for it, which no second browser can give.
  await tamper(ada, "device", "erasure", "erased");
  await ada.page.evaluate(() => new BroadcastChannel("acquaint").postMessage(["erased"]));
  await isErased(ada);
  await expect.poll(() => keptEntries(ada)).toContain("identity: identity");
  await ada.page.getByRole("button", { name: "Begin anew" }).click();
  await heading(ada.page, "Meet people, keep them").waitFor();
  await expect.poll(() => keptEntries(ada)).toEqual([]);
});

test("ID-5: without a connection nothing is erased, and the account is there as before", async () => {
  expectFaults(/ERR_INTERNET_DISCONNECTED|WebSocket/);
  const ada = await person("Ada");
  const id = await idOf(ada);
  await openErasing(ada);
  await ada.context.setOffline(true);
  await typeToErase(ada, id.slice(0, 4));
  await ada.page.getByText("Erasing was cut short.").waitFor();
  await ada.context.setOffline(false);
  await ada.page.getByText("No connection.").waitFor({ state: "detached" });
  await expect.poll(() => idOf(ada)).toBe(id);
  await openErasing(ada);
  await typeToErase(ada, id.slice(0, 4));
  await isErased(ada);
});

test("ID-3: both see the same twelve words, and a contact tells when they were compared", async () => {
  const [ada, ben] = await Promise.all([person("Ada"), person("Ben")]);
  await meet(ada, ben);
  const benId = await idOf(ben);
  await Promise.all([openContact(ada, "Ben"), openContact(ben, "Ada")]);
  const [words, heard] = await Promise.all([safetyPhrase(ada), safetyPhrase(ben)]);
  expect(words).toHaveLength(12);
  expect(heard).toEqual(words);
  await ben.page.getByRole("button", { name: "They differ" }).click();
  await heading(ben.page, "The words differ").waitFor();
  await ben.page.getByRole("button", { name: "Show the words again" }).click();
  await ben.page.getByRole("button", { name: "Later" }).click();
  await ben.page.getByText("Not yet: twelve words").waitFor();
  await ada.page.getByRole("button", { name: "They are the same" }).click();
  await ada.page.getByText(/\d; nothing has changed since/).waitFor();
  await ada.page.reload();
  await ada.page.getByText(/\d; nothing has changed since/).waitFor();
  // As if what was compared had been other keys.
  await tamper(ada, "settings", `compared ${benId}`, { head: "A".repeat(43) });
  await ada.page.reload();
  await ada.page.getByRole("alert").getByText("Someone may be posing as Ben.").waitFor();
  await ada.page.getByText(/\d; the keys are others now/).waitFor();
  await openChat(ada, "Ben");
  await ada.page.getByRole("alert").getByText("Someone may be posing as Ben.").waitFor();
});

test("ID-3: devices that were added or removed with a signature are told of, and are no alarm", () => {
  const told = (state: "changed" | "forked", comparedAt: number | null) =>
    comparedText({ state, comparedAt }, "Ben");
  expect(told("changed", 0)).toMatch(
    /1970.*Ben has changed devices or the recovery phrase.*no alarm/,
  );
  expect(told("forked", null)).toBe("Not yet; the keys are others now");
});

test("erasing and comparing have names, roles, targets and contrast, light and dark", async () => {
  const [ada, ben] = await Promise.all([person("Ada", PHONE), person("Ben")]);
  const { page } = ada;
  const looks = async (state: string) => {
    expect({ state, faults: await faultsInBothThemes(page) }).toEqual({ state, faults: [] });
  };
  await meet(ada, ben);
  const benId = await idOf(ben);
  await openContact(ada, "Ben");
  await safetyPhrase(ada);
  await looks("the phrase");
  await page.getByRole("button", { name: "They differ" }).click();
  await looks("words that differ");
  await page.getByRole("button", { name: "Show the words again" }).click();
  await page.getByRole("button", { name: "They are the same" }).click();
  await page.getByRole("button", { name: "Dismiss" }).click();
  await page.getByText(/nothing has changed since/).waitFor();
  await looks("a contact compared with");
  await tamper(ada, "settings", `compared ${benId}`, { head: "A".repeat(43) });
  await page.reload();
  await page.getByRole("alert").waitFor();
  await page.evaluate(() => scrollTo(0, 0));
  await looks("an alarm");
  const id = await idOf(ada);
  await openYou(ada);
  await page.getByRole("button", { name: "Erase this account" }).scrollIntoViewIfNeeded();
  await looks("your data");
  await page.getByRole("button", { name: "Erase this account" }).click();
  await looks("before erasing");
  await typeToErase(ada, "no");
  await page.getByText("Nothing was erased.").waitFor();
  await looks("nothing erased");
  await typeToErase(ada, id.slice(0, 4));
  await isErased(ada);
  await looks("erased");
});
