// PAS-6: the two endings that no server tells but a device finds by itself: what came through the server was
// altered, and another window or device has answered. Frames of one page's sockets are changed or held back.

import type { WebSocketRoute } from "playwright-core";
import { expect, test } from "vitest";
import { CBOR_CODEC } from "../../shared/wire/codec/cbor.ts";
import { corrupted } from "../support/corrupted.ts";
import {
  answer,
  ask,
  askButton,
  bothConnected,
  enterKey,
  heading,
  passphraseField,
  type Person,
  sheet,
  showKey,
  world,
} from "./people.ts";

const { pair, url } = world();

const ALTERED = "Something came through altered";
const ELSEWHERE = "Answered on another device";
const ATTEMPTS = /\/v1\/attempts\//;

type Message = Readonly<Record<string, unknown>>;

function messagesOf(frame: string | Buffer): readonly Message[] {
  const decoded = CBOR_CODEC.decode(frame as Buffer<ArrayBuffer>, true);
  return decoded.ok ? (decoded.messages as Message[]) : [];
}

function frameOf(messages: readonly Message[]): Buffer {
  return Buffer.from(CBOR_CODEC.encode(messages) as Uint8Array);
}

const ANSWERED_ELSEWHERE = {
  type: "problem",
  problem: { type: "about:blank", title: "x", status: 409, code: "answered-elsewhere" },
};

/** The next match that this page is told comes with one bit of a member turned; later ones as they are. */
async function alterMatch({ page }: Person, member: "confirmation" | "identity"): Promise<void> {
  let isAltered = false;
  await page.routeWebSocket(ATTEMPTS, (socket) => {
    socket.connectToServer().onMessage((frame) => {
      const told = messagesOf(frame).map((one) => {
        if (isAltered || one["type"] !== "matched") return one;
        isAltered = true;
        return { ...one, [member]: corrupted(String(one[member])) };
      });
      socket.send(frameOf(told));
    });
  });
}

/** Whom the server lists as met, without this device having verified them, is marked wherever they are shown. */
async function expectMarked({ page }: Person): Promise<void> {
  await page.getByRole("link", { name: "Meet", exact: true }).click();
  await page.getByRole("region", { name: "Met last" }).getByText("Not verified").waitFor();
  await page.getByRole("link", { name: "Contacts", exact: true }).click();
  await page.getByRole("listitem").getByText("Not verified").waitFor();
}

test.each(["identity", "confirmation"] as const)(
  "PAS-6: to the asker whose page gets an altered %s the match is no contact; a new passphrase makes it one",
  async (member) => {
    const { ada, ben, benId } = await pair();
    await alterMatch(ada, member);
    await ask(ada, { to: benId, passphrase: "blue moon" });
    await answer(ben, "blue moon");
    await heading(ada.page, ALTERED).waitFor();
    await heading(ben.page, "You and Ada are now contacts").waitFor();
    await sheet(ben.page).getByRole("button", { name: "Done" }).click();

    await ada.page.getByRole("button", { name: "Ask again" }).click();
    await expect.poll(() => passphraseField(ada.page).inputValue()).toBe("");
    await passphraseField(ada.page).fill("blue moon");
    await askButton(ada.page).click();
    await ada.page.getByText("This passphrase is used up").waitFor();
    await passphraseField(ada.page).fill("red sun");
    await askButton(ada.page).click();
    await answer(ben, "red sun");
    await bothConnected(ada, ben);
  },
);

test("PAS-6: to the one asked an altered match is told in the sheet, with asking back as the next step", async () => {
  const { ada, ben, benId } = await pair();
  await alterMatch(ben, "identity");
  await ask(ada, { to: benId, passphrase: "blue moon" });
  await answer(ben, "blue moon");
  await sheet(ben.page).getByRole("heading", { name: ALTERED }).waitFor();
  await heading(ada.page, "You and Ben are now contacts").waitFor();
  await sheet(ben.page).getByRole("button", { name: "Close" }).click();
  await expectMarked(ben);
  await ben.page.getByRole("link", { name: /Not verified$/ }).click();
  await ben.page.getByText("Not yet by this device").waitFor();
  await ben.page.getByRole("link", { name: "Verify by passphrase" }).click();
  await passphraseField(ben.page).fill("red sun");
  await askButton(ben.page).click();
  await answer(ada, "red sun");
  await bothConnected(ben, ada);
  await ben.page.getByRole("link", { name: "Contacts", exact: true }).click();
  await ben.page.getByRole("link", { name: /^Ada/ }).waitFor();
  await expect.poll(() => ben.page.getByText("Not verified").count()).toBe(0);
});

test("KEY-6: an altered match by a key is told to the one who entered it, and a fresh key serves", async () => {
  const { ada, ben } = await pair();
  await alterMatch(ben, "confirmation");
  await enterKey(ben, await showKey(ada));
  await heading(ben.page, ALTERED).waitFor();
  await heading(ada.page, "You and Ben are now contacts").waitFor();
  await ben.page.getByRole("button", { name: "Enter another key" }).click();
  await enterKey(ben, await showKey(ada));
  await bothConnected(ada, ben);
});

test("PAS-2, PAS-6: of two pages that have both typed it the later one is told to go on in the other, which does", async () => {
  const { ada, ben, benId } = await pair();
  // Nothing of the first page's answer comes to the server before the second one has answered as well.
  const held: { socket: WebSocketRoute; frame: string | Buffer }[] = [];
  let isHeld = true;
  await ben.page.routeWebSocket(ATTEMPTS, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((frame) => {
      if (isHeld) held.push({ socket: server, frame });
      else server.send(frame);
    });
  });
  const other = await ben.context.newPage();
  await other.goto(url());
  await heading(other, "Meet someone").waitFor();
  await ask(ada, { to: benId, passphrase: "blue moon" });
  await Promise.all([ben.page, other].map((page) => passphraseField(page).fill("blue moon")));

  await sheet(ben.page).getByRole("button", { name: "Answer", exact: true }).click();
  await expect.poll(() => held.length).toBeGreaterThan(0);
  await sheet(other).getByRole("button", { name: "Answer", exact: true }).click();
  await sheet(other).getByRole("heading", { name: ELSEWHERE }).waitFor();
  await sheet(other).getByText("Go on there.").waitFor();
  await sheet(ben.page).getByRole("button", { name: "Answering…" }).waitFor();
  await heading(ada.page, /^Asking/).waitFor();

  isHeld = false;
  for (const { socket, frame } of held) socket.send(frame);
  await bothConnected(ada, ben);
  await heading(other, ELSEWHERE).waitFor();
  await sheet(other).getByRole("button", { name: "Close" }).click();
  await sheet(other).waitFor({ state: "detached" });
  // The other window shows as well whom the first one has verified.
  await other.getByRole("link", { name: /^Ada/ }).waitFor();
  await expect.poll(() => other.getByText("Not verified").count()).toBe(0);
});

test("PAS-2, PAS-6: a claim that came second at the server ends as answered elsewhere, and the request goes on", async () => {
  const { ada, ben, benId } = await pair();
  await ben.page.routeWebSocket(ATTEMPTS, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((frame) => {
      const isClaim = messagesOf(frame).some(({ type }) => type === "claim");
      if (isClaim) socket.send(frameOf([ANSWERED_ELSEWHERE]));
      else server.send(frame);
    });
  });
  await ask(ada, { to: benId, passphrase: "blue moon" });
  await answer(ben, "blue moon");
  await sheet(ben.page).getByRole("heading", { name: ELSEWHERE }).waitFor();
  await heading(ada.page, /^Asking/).waitFor();
  await sheet(ben.page).getByRole("button", { name: "Close" }).click();
  await sheet(ben.page).waitFor({ state: "detached" });
  await ada.page.getByRole("button", { name: "Cancel" }).click();
  await heading(ada.page, "Meet someone").waitFor();
});
