// ROOM-1 to ROOM-8 on the page: three people in a room, two of them aside, contacts out of it, looking after it, and a
// connection that is lost.

import type { BrowserContext, Locator, WebSocketRoute } from "playwright-core";
import { expect, test } from "vitest";
import { focused } from "./keys.ts";
import { heading, type Person, world } from "./people.ts";
import { hear, inList, isIn, join, openPerson, openRoom, said, say } from "./rooming.ts";

const { person, expectFaults } = world();

async function three(): Promise<readonly [Person, Person, Person]> {
  return Promise.all([person("Ada"), person("Ben"), person("Cleo")]);
}

/** How much of the one the other covers, in square pixels. */
async function overlap(one: Locator, other: Locator): Promise<number> {
  const [a, b] = [(await one.boundingBox())!, (await other.boundingBox())!];
  const shared = (from: "x" | "y", size: "width" | "height") =>
    Math.min(a[from] + a[size], b[from] + b[size]) - Math.max(a[from], b[from]);
  return Math.max(0, shared("x", "width")) * Math.max(0, shared("y", "height"));
}

test("ROOM-4 to ROOM-6, ROOM-8: three talk in a listed room, two step aside, and two become contacts", async () => {
  const [ada, ben, cleo] = await three();
  const title = "Street photography";
  const address = await openRoom(ada, title, { topic: "Street Photography" });
  // Whoever has opened a room and is alone in it has at hand what brings others.
  const copyLink = ada.page.locator(".room-log").getByRole("button", { name: "Copy link" });
  await copyLink.waitFor();
  await ben.page.getByRole("link", { name: "Rooms", exact: true }).click();
  await ben.page.getByRole("button", { name: /^street-photography/ }).click();
  await ben.page.getByRole("link", { name: /^Street photography/ }).click();
  await ben.page.getByText("seen by everybody in it").waitFor();
  await ben.page.getByRole("button", { name: "Join", exact: true }).click();
  await isIn(ben, title);
  await copyLink.waitFor({ state: "detached" });
  await join(cleo, address, title);
  await isIn(cleo, title);
  // Whoever is in it can bring others.
  const aside = cleo.page.getByRole("complementary", { name: "People in the room" });
  await aside.getByRole("button", { name: "Copy link" }).waitFor();
  const all = [ada, ben, cleo];
  for (const [index, one] of all.entries()) await say(one, `Said by ${index}`);
  for (const index of all.keys()) await hear(all, `Said by ${index}`);
  // What is told aloud says the same, where both came in one breath.
  const log = ada.page.getByRole("list", { name: `What is said in ${title}` });
  await log.getByText("Ben and Cleo came in.", { exact: true }).waitFor();

  // One who would rather not is told of no one else.
  await (await openPerson(ada, "Cleo")).getByRole("button", { name: "Step aside" }).click();
  await expect.poll(() => cleo.page.title()).toBe(`(1) ${title} – Acquaint`);
  await cleo.page.getByRole("button", { name: "Not now: Ada" }).click();
  await ada.page.getByText("Cleo would rather not step aside now.").waitFor();
  await expect.poll(() => focused(cleo.page)).toBe(`Message to ${title}`);
  expect(await cleo.page.title()).toBe(`${title} – Acquaint`);
  // What is to be answered can be seen and pressed above whatever is open.
  const open = await openPerson(ben, "Cleo");
  await (await openPerson(ada, "Ben")).getByRole("button", { name: "Step aside" }).click();
  await ada.page.getByRole("button", { name: "Cancel the invitation to Ben" }).waitFor();
  // It covers nothing of a sheet, however small the window is.
  for (const size of [null, { width: 390, height: 420 }, { width: 1280, height: 720 }]) {
    if (size !== null) await ben.page.setViewportSize(size);
    await expect.poll(() => overlap(open, open.locator(".offer"))).toBe(0);
  }
  await open.getByRole("button", { name: "Accept: step aside with Ada" }).click();
  await Promise.all([isIn(ada, "Ben"), isIn(ben, "Ada")]);
  await ada.page.getByText("just the two of you").waitFor();
  for (const name of ["Ada", "Ben"]) await inList(cleo, name).getByText("aside").waitFor();
  // A window that is loaded anew goes back by itself, and leads to where both came from all the same.
  await ada.page.reload();
  await isIn(ada, "Ben");
  await ada.page.getByText("What was said before is not on this page any more.").waitFor();
  await ada.page.getByRole("button", { name: `Back to ${title}` }).waitFor();
  await say(ada, "Between us");
  await hear([ben], "Between us");
  await say(cleo, "Said meanwhile");
  await ben.page.getByRole("button", { name: `Back to ${title} 1 new` }).click();
  await ada.page.getByText(`Ben has left. You are back in ${title}.`).waitFor();
  await hear([ada, ben], "Said meanwhile");
  expect(await said(cleo, "Between us").count()).toBe(0);

  // However many ask, the room stays in sight: on a phone one of them, and while one types a line.
  for (const one of [ben, cleo]) {
    await (await openPerson(one, "Ada")).getByRole("button", { name: "Step aside" }).click();
  }
  await ada.page.setViewportSize({ width: 390, height: 844 });
  await ada.page.getByText("And 1 more asks you to step aside.").waitFor();
  await ada.page.setViewportSize({ width: 390, height: 420 });
  await ada.page.getByRole("textbox", { name: /^Message to/ }).focus();
  await ada.page.getByText("2 ask you to step aside.").waitFor();
  await ada.page.getByRole("button", { name: /^Show who asks/ }).click();
  await ada.page.getByRole("button", { name: "Not now to all" }).click();
  await Promise.all(
    [ben, cleo].map(({ page }) => page.getByText("Ada would rather not step aside now.").waitFor()),
  );
  await ada.page.setViewportSize({ width: 1280, height: 720 });

  await openPerson(ben, "Cleo");
  const sheet = await openPerson(ada, "Ben");
  await sheet.getByRole("button", { name: "Ask to become contacts" }).click();
  await sheet.getByText("You have asked Ben").waitFor();
  await expect.poll(() => focused(ada.page)).toBe("Withdraw");
  await open.getByText(`was with you in ${title} and asks`).waitFor();
  expect(await focused(ben.page)).toBe("Cleo");
  await open.getByRole("button", { name: "Approve: Ada" }).click();
  await open.getByText("You and Ada are in contact.").waitFor();
  await expect.poll(() => focused(ben.page)).toBe("Cleo");
  await inList(ben, "Ada").getByText("your contact").waitFor({ state: "attached" });
  await sheet.getByText("your contact", { exact: true }).waitFor();
  await sheet.getByRole("link", { name: "Ben is in your contacts" }).click();
  await ada.page.getByText(/, in a room$/).waitFor();
  await ada.page.getByText("The server says who this was in the room. Compare").waitFor();
  expect(await ada.page.getByRole("link", { name: "Tap back" }).count()).toBe(0);
  await ben.page.getByRole("button", { name: "Show" }).click();
  await ben.page.getByText(/, in a room$/).waitFor();

  // Elsewhere on the page one is still in the room.
  await say(cleo, "Where are you?");
  await ada.page.getByText("1 new").waitFor();
  await ada.page.getByRole("link", { name: `In ${title}` }).click();
  await hear([ada], "Where are you?");
  await ben.page.getByRole("button", { name: `Leave ${title}` }).click();
  await expect.poll(() => inList(ada, "Ben").count()).toBe(0);

  // Each room once, with one count.
  await cleo.page.getByRole("link", { name: /^All rooms/ }).click();
  await cleo.page.getByText("No rooms are listed but those of yours, above.").waitFor();
  expect(await cleo.page.getByRole("link", { name: /^Street photography/ }).count()).toBe(1);
});

test("ROOM-7: people are let in or turned away, reported, locked out, removed and banned", async () => {
  expectFaults(/40[0-9].*\/v1\//);
  const [ada, ben, cleo] = await three();
  const title = "Allotments";
  const address = await openRoom(ada, title, { admission: /^Whom you let in/ });
  for (const one of [cleo, ben]) {
    await join(one, address, title, "Ask to come in");
    await heading(one.page, "Waiting to be let in").waitFor();
  }
  await ada.page.getByRole("button", { name: "Not now: Ben" }).waitFor();
  // The second click of a double click is not for whoever comes up to that place.
  await doubleClick(ada.page.getByRole("button", { name: "Not now: Cleo" }));
  await heading(cleo.page, "You were not let in").waitFor();
  await expect.poll(() => focused(ada.page)).toBe("Let in: Ben");
  await ben.page.reload();
  await heading(ben.page, "Waiting to be let in").waitFor();
  await ada.page.getByRole("button", { name: "Let in: Ben" }).click();
  await isIn(ben, title);
  await expect.poll(() => focused(ada.page)).toBe(`Message to ${title}`);

  await say(ada, "One");
  await hear([ben], "One");
  await say(ben, "Buy my seeds");
  await hear([ada], "Buy my seeds");
  const look = () => ada.page.getByRole("button", { name: "Look after the room" }).click();
  await (await openPerson(ben, "Ada")).getByRole("button", { name: "Report" }).click();
  await ben.page.getByText("Whoever runs this server reads it").waitFor();
  await ben.page.keyboard.press("Escape");
  await ben.page.keyboard.press("Escape");
  await (await openPerson(ada, "Ben")).getByRole("button", { name: "Report" }).click();
  await ada.page.getByRole("radio", { name: "Spam" }).check();
  await ada.page.getByRole("checkbox", { name: /Buy my seeds/ }).check();
  await ada.page.getByRole("button", { name: "Send the report" }).click();
  await ada.page.getByText("Your report of Ben is sent.").waitFor();
  await ada.page.getByRole("button", { name: "Look after the room: 1 report to read" }).waitFor();
  await ada.page.getByRole("log").getByText("1 report to read.").waitFor();
  await look();
  await ada.page.getByRole("button", { name: "Reports" }).click();
  await ada.page.locator(".report-quote", { hasText: "Buy my seeds" }).waitFor();
  await ada.page.getByRole("button", { name: /^Put aside/ }).click();
  await ada.page.getByText("Nothing is reported.").waitFor();
  await expect.poll(() => focused(ada.page)).toBe("Reports");
  await ada.page.getByRole("button", { name: "Back" }).click();
  await ada.page.getByRole("checkbox", { name: /^Locked/ }).click();
  await ben.page.getByText(/ · locked$/).waitFor();
  await ben.page.getByRole("list").getByText("The room is locked now").waitFor();
  await ada.page.locator(".check-line input:focus").waitFor();
  await ada.page.getByRole("button", { name: "Done", exact: true }).click();

  await (await openPerson(ada, "Ben")).getByRole("button", { name: "Remove" }).click();
  await ada.page.getByRole("button", { name: "Remove", exact: true }).click();
  await heading(ben.page, "You were taken out of the room").waitFor();
  await ben.page.getByRole("button", { name: "Try again" }).click();
  await ben.page.getByRole("button", { name: "Ask to come in" }).click();
  await heading(ben.page, "The room is locked").waitFor();
  // What one has said stays in sight, leads to who has said it, and can be reported when the room has it no more.
  await ada.page.route(/\/reports$/, (route) => {
    const body = route.request().postData();
    if (body === null) return route.continue();
    return route.continue({ postData: body.replace(/"number":\d+/, '"number":1') });
  });
  await ada.page.getByRole("button", { name: "About Ben" }).click();
  await ada.page.getByRole("button", { name: "Report" }).click();
  await ada.page.getByRole("radio", { name: "Spam" }).check();
  const send = ada.page.getByRole("button", { name: "Send the report" });
  expect(await send.isDisabled()).toBe(true);
  await ada.page.getByRole("checkbox", { name: /Buy my seeds/ }).check();
  await send.click();
  await look();
  await ada.page.getByRole("button", { name: "Reports" }).click();
  const quote = ada.page.locator(".report-quote", { hasText: "Buy my seeds" });
  await quote.getByText("only the reporter says so; the room cannot confirm it").waitFor();
  await ada.page.getByRole("button", { name: "Back" }).click();
  await ada.page.getByRole("button", { name: "Done", exact: true }).click();
  await ada.page.getByRole("button", { name: "About Ben" }).click();
  await ada.page.getByRole("button", { name: "Ban from the room" }).click();
  await ada.page.getByRole("button", { name: "Ban", exact: true }).click();
  await ada.page.getByText("Ben is banned.").waitFor();
  await ada.page.getByRole("button", { name: "About Ben" }).click();
  await ada.page.getByRole("button", { name: "Block" }).click();
  await ada.page.getByRole("button", { name: "Block", exact: true }).click();
  await ada.page.getByText("Ben is blocked.").waitFor();
  await look();
  // Ben had left, so his name is the one that Ada knew; that of somebody whom this page has never seen is the room's.
  await ada.page.route(/\/bans$/, async (route) => {
    const response = await route.fetch();
    const { banned } = (await response.json()) as { banned: object[] };
    const zoe = { userId: "z".repeat(32), name: "Zoe\u202e", at: Date.UTC(2026, 0, 2, 12) };
    await route.fulfill({ response, json: { banned: [...banned, zoe] } });
  });
  await ada.page.getByRole("button", { name: "Banned" }).click();
  await ada.page.locator(".ban", { hasText: /^Benbanned at \d/ }).waitFor();
  await ada.page.locator(".ban", { hasText: /^Zoebanned on .*2026 at \d/ }).waitFor();
  await ada.page.getByRole("button", { name: "Take the ban of Zoe back" }).click();
  await ada.page.getByText("Zoe may come in again.").waitFor();
  await ada.page.getByRole("button", { name: "Take the ban of Ben back" }).click();
  await ada.page.getByText("Nobody is banned from this room.").waitFor();
  await expect.poll(() => focused(ada.page)).toBe("Banned");
  await ada.page.getByRole("button", { name: "Back" }).click();
  await ada.page.getByRole("button", { name: "Close the room" }).click();
  await ada.page.getByRole("button", { name: "Close the room" }).click();
  await heading(ada.page, "Rooms").waitFor();
  await ben.page.getByRole("button", { name: "Try again" }).click();
  await heading(ben.page, "There is no such room").waitFor();
  // Whoever is blocked keeps the name, wherever one is.
  await ada.page.reload();
  await ada.page.getByRole("link", { name: "You", exact: true }).click();
  await ada.page.getByRole("button", { name: "Unblock Ben" }).waitFor();
});

/** Clicks, and once that has an effect clicks again what is then in the same place. */
async function doubleClick(button: Locator): Promise<void> {
  await expect.poll(() => button.isEnabled()).toBe(true);
  await button.evaluate((element: HTMLElement) => {
    element.focus();
    const { x, y } = element.getBoundingClientRect();
    const gone = new Promise<void>((resolve) => {
      const observer = new MutationObserver(() => {
        if (element.isConnected) return;
        observer.disconnect();
        setTimeout(resolve);
      });
      observer.observe(document.body, { childList: true, subtree: true });
    });
    element.click();
    return gone.then(() =>
      document
        .elementFromPoint(x + 5, y + 5)
        ?.closest("button")
        ?.click(),
    );
  });
}

/** Every socket of rooms goes by a wire that can be cut. */
async function wire(context: BrowserContext): Promise<() => Promise<void>> {
  let open: WebSocketRoute[] = [];
  await context.routeWebSocket(/\/v1\/rooms\/.*\/line$/, (socket) => {
    open.push(socket, socket.connectToServer());
  });
  return async () => {
    const cut = open;
    open = [];
    await Promise.all(cut.map((socket) => socket.close({ code: 3001 })));
  };
}

test("ROOM-1, ROOM-4: by its link alone people come in, and after a lost connection they get what they missed", async () => {
  expectFaults(/ERR_INTERNET_DISCONNECTED|403.*\/v1\/|WebSocket/);
  const [ada, ben, cleo] = await three();
  const title = "By link";
  const address = await openRoom(ada, title, { admission: /^Whoever has the link/ });
  await ada.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await ada.page.getByRole("button", { name: "Copy link" }).click();
  await ada.page.getByText("The link is copied.").waitFor();
  const link = await ada.page.evaluate(() => navigator.clipboard.readText());
  expect(link.length).toBeGreaterThan(address.length);
  await join(cleo, address, title, "Try without the link");
  await heading(cleo.page, "This room is joined by its link").waitFor();
  // The right link leads in, in the same tab too.
  await cleo.page.evaluate((right) => location.assign(right), link);
  await cleo.page.getByRole("button", { name: "Join", exact: true }).click();
  await isIn(cleo, title);
  await cleo.page.getByRole("button", { name: "Leave the room" }).click();
  const cut = await wire(ben.context);
  await join(ben, link, title);
  await isIn(ben, title);
  expect(ben.page.url()).toBe(address);

  await say(ada, "Before");
  await hear([ben], "Before");
  await ben.context.setOffline(true);
  await cut();
  await ben.page.getByText("The connection is lost.").waitFor();
  await inList(ada, "Ben").getByText("away").waitFor();
  await say(ada, "Meanwhile");
  await say(ben, "From the tunnel");
  await said(ben, "From the tunnel").getByText("Sending…").waitFor();
  await ben.context.setOffline(false);
  await hear([ben], "Meanwhile");
  await hear([ada], "From the tunnel");
  await inList(ada, "Ben").getByText("away").waitFor({ state: "detached" });
  await ben.page.getByText("The connection is lost.").waitFor({ state: "detached" });
  for (const one of [ada, ben]) {
    for (const text of ["Before", "Meanwhile", "From the tunnel"]) {
      expect(await said(one, text).count()).toBe(1);
    }
  }
  expect(await ben.page.getByText("You may have missed something").count()).toBe(0);

  // A window that is loaded anew has lost neither the way in nor what was being written, and finds its place kept.
  const composer = ben.page.getByRole("textbox", { name: /^Message to/ });
  await composer.fill("Half a thought");
  await ben.page.reload();
  await isIn(ben, title);
  await expect.poll(() => composer.inputValue()).toBe("Half a thought");
  expect(await inList(ada, "Ben").count()).toBe(1);

  await (await openPerson(ada, "Ben")).getByRole("button", { name: "Make a moderator" }).click();
  await ada.page.getByRole("button", { name: "Make a moderator", exact: true }).click();
  await ben.page.getByRole("list").getByText("You are a moderator now").waitFor();
  const news = ada.page.getByRole("log", { name: "New in the room" });
  await news.getByText("Ben is a moderator now.").waitFor();
  // Where a link is needed from now on, there is one.
  const arrange = async (admission: RegExp) => {
    await ada.page.getByRole("button", { name: "Title, topic, who may join" }).click();
    await ada.page.getByRole("radio", { name: admission }).check();
    await ada.page.getByRole("button", { name: "Save" }).click();
  };
  await ada.page.getByRole("button", { name: "Look after the room" }).click();
  await arrange(/^Anyone/);
  await ada.page.getByText("By the link people find the room").last().waitFor();
  await arrange(/^Whoever has the link/);
  await ada.page.getByText(address, { exact: false }).waitFor();
  const next = await ada.page.locator(".link-text").textContent();
  expect(next).not.toBe(link);

  // Later than a place is kept, a window offers to come back.
  await ben.page.addInitScript(() => {
    const kept = sessionStorage.getItem("acquaint.wasIn") ?? "{}";
    sessionStorage.setItem("acquaint.wasIn", JSON.stringify({ ...JSON.parse(kept), leftAt: 0 }));
  });
  await ben.page.reload();
  await ben.page.getByText("You were in here.").waitFor();
  await ben.page.getByRole("link", { name: "Contacts" }).click();
  await ben.page.getByRole("button", { name: `Come back into ${title}` }).click();
  await isIn(ben, title);
});
