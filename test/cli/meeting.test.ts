// Two homes on one server meet by key, as scripts drive them (KEY-1, KEY-2, KEY-5, KEY-6).
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { vcardToCards } from "../../shared/core/cards/vcard.ts";
import { startServer, type ServerProcess } from "../support/serverProcess.ts";
import { Person, temporaryFolder, type Ended, type Event } from "./acquaintProcess.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const folder = temporaryFolder();
const ADA_VCARD = join(folder, "ada.vcf");
const BOB_JSON = join(folder, "bob.json");
const PHOTO = `data:image/png;base64,${Buffer.alloc(600, 7).toString("base64")}`;
writeFileSync(
  ADA_VCARD,
  [
    "BEGIN:VCARD",
    "VERSION:4.0",
    "UID:urn:uuid:0e4c1e4c-8a3c-4f0b-9d53-6c1f6f2f8f11",
    "FN:Ada Lovelace",
    "ORG:Analytical Engines; Programs",
    "EMAIL:ada@example.org",
    "TEL;TYPE=cell:+44 20 7946 0000",
    "NOTE:Met\\, perhaps\\; at the café",
    `PHOTO:${PHOTO}`,
    "END:VCARD",
    "",
  ].join("\r\n"),
);
const bobCard = {
  "@type": "Card",
  version: "1.0",
  uid: "urn:uuid:5a0f2f39-2f4f-4a6f-8c8f-0d8f6f1f2f3f",
  name: { full: "Bob Babbage" },
  emails: { a: { address: "bob@example.org" } },
};
writeFileSync(BOB_JSON, JSON.stringify(bobCard));

function names(ended: Ended): string[] {
  return ended.events.map(({ event }) => event).filter((event) => event !== "connection");
}

function cardsIn(path: string): unknown {
  return vcardToCards(readFileSync(path, "utf8"));
}

describe("key show and key enter", () => {
  test("two homes meet with cards both ways, and what was sent as vCard arrives as that vCard (KEY-5, KEY-6)", async () => {
    const ada = new Person(server.url);
    const bob = new Person(server.url);
    const received = join(folder, "from-ada.vcf");
    await ada.run("profile", "--name", "Ada");
    await bob.run("profile", "--name", "Bob");
    const showing = ada.start("key", "show", "--card", ADA_VCARD);
    const key = await showing.event("key");
    expect(key["code"]).toMatch(/^[1-9]\d{2,8}-[a-z]+-[a-z]+$/);
    expect(key["code"]).toMatch(new RegExp(`^${String(key["locator"])}-`));
    expect(key["expiresAt"]).toBeGreaterThan(Date.now());
    const entering = bob.start(
      "key",
      "enter",
      String(key["code"]),
      "--card",
      BOB_JSON,
      "--out",
      received,
    );
    const [shown, entered] = await Promise.all([showing.ended, entering.ended]);

    expect([shown.code, entered.code]).toEqual([0, 0]);
    expect(names(shown)).toEqual(["key", "claimed", "matched", "card", "connected"]);
    expect(names(entered)).toEqual(["claimed", "matched", "card", "connected"]);
    expect(shown.events[3]?.["card"]).toEqual(bobCard);
    expect(cardsIn(received)).toEqual(cardsIn(ADA_VCARD));
    expect(statSync(received).mode & 0o777).toBe(0o600);
    expect(entered.events[2]?.["file"]).toBe(received);

    const [toAda, toBob] = await Promise.all([ada.run("whoami"), bob.run("whoami")]);
    const met = (ended: Ended): Event => ended.events.at(-1)?.["contact"] as Event;
    expect(met(shown)).toMatchObject({
      userId: toBob.events[0]?.["userId"],
      name: "Bob",
      method: "key",
    });
    expect(met(entered)).toMatchObject({
      userId: toAda.events[0]?.["userId"],
      name: "Ada",
      method: "key",
    });
    expect(met(shown)["receiptHash"]).toBe(met(entered)["receiptHash"]);

    const kept = join(folder, "kept.json");
    const later = await ada.run("contacts", "show", "bob", "--out", kept);
    expect(later.events[0]).toMatchObject({
      event: "contact",
      name: "Bob",
      card: bobCard,
      file: kept,
    });
    expect(JSON.parse(readFileSync(kept, "utf8"))).toEqual(bobCard);
  });

  test("the key is spelled in digits, and blanks between several arguments are read (KEY-1)", async () => {
    const ada = new Person(server.url);
    const bob = new Person(server.url);
    const showing = ada.start("key", "show", "--digits");
    const key = await showing.event("key");
    expect(key["code"]).toMatch(/^[1-9]\d{2,8}-\d{7}$/);
    const [locator = "", secret = ""] = String(key["code"]).split("-");
    const [shown, entered] = await Promise.all([
      showing.ended,
      bob.run("key", "enter", locator, secret.slice(0, 3), secret.slice(3)),
    ]);
    expect([shown.code, entered.code]).toEqual([0, 0]);
    expect(entered.events.find(({ event }) => event === "card")?.["file"]).toBeNull();
  });

  test("the key is spelled in another language, and entered without its accents (KEY-1)", async () => {
    const ada = new Person(server.url);
    const bob = new Person(server.url);
    const showing = ada.start("key", "show", "--words", "es");
    const code = String((await showing.event("key"))["code"]);
    expect(code).toMatch(/^[1-9]\d{2,8}-es-\p{L}+-\p{L}+$/u);
    const plain = code.normalize("NFD").replaceAll(/\p{M}/gu, "");
    const [shown, entered] = await Promise.all([showing.ended, bob.run("key", "enter", plain)]);
    expect([shown.code, entered.code]).toEqual([0, 0]);
  });

  test("the code comes on the standard input, so that no argument shows it", async () => {
    const ada = new Person(server.url);
    const bob = new Person(server.url);
    const showing = ada.start("key", "show");
    const key = await showing.event("key");
    const entering = bob.start("key", "enter", "-");
    entering.type(`  ${String(key["code"]).toUpperCase().replaceAll("-", " ")}\n`);
    const [shown, entered] = await Promise.all([showing.ended, entering.ended]);
    expect([shown.code, entered.code]).toEqual([0, 0]);
  });

  test("the link that is shown meets as well", async () => {
    const ada = new Person(server.url);
    const bob = new Person(server.url);
    const showing = ada.start("key", "show");
    const key = await showing.event("key");
    const [shown, entered] = await Promise.all([
      showing.ended,
      bob.run("key", "enter", String(key["link"])),
    ]);
    expect([shown.code, entered.code]).toEqual([0, 0]);
  });

  test("people read the key, each step and whom they met", async () => {
    const ada = new Person(server.url);
    const bob = new Person(server.url);
    const showing = ada.startReading("key", "show", "--card", ADA_VCARD);
    const framed = await showing.line(/│ +\d+-[a-z]+-[a-z]+ +│/);
    const code = /\d+-[a-z]+-[a-z]+/.exec(framed)?.[0] ?? "";
    const [shown, entered] = await Promise.all([showing.ended, bob.read("key", "enter", code)]);
    expect([shown.code, entered.code]).toEqual([0, 0]);
    expect(shown.stdout).toContain("Waiting for them. The key is good for ");
    expect(entered.stdout).toContain("ada@example.org");
    expect(entered.stdout).toMatch(/✓ You and .* have met\./);
    // escape sequences are what is looked for
    expect(shown.stdout + entered.stdout).not.toMatch(/\u001b/);
  });
});

describe("a meeting that was cut short", () => {
  test("is brought to its end by the next command in that home (KEY-5)", async () => {
    const ada = new Person(server.url);
    const bob = new Person(server.url);
    const showing = ada.start("key", "show", "--card", ADA_VCARD);
    const key = await showing.event("key");
    showing.signal("SIGKILL");
    expect((await showing.ended).code).toBeNull();
    const entering = bob.start("key", "enter", String(key["code"]));
    await entering.event("claimed");
    const listed = await ada.run("contacts");
    const entered = await entering.ended;
    expect(entered.code).toBe(0);
    expect(entered.events.map(({ event }) => event)).toContain("connected");
    expect(listed.events).toHaveLength(1);
    expect(listed.stderr).toContain("An interrupted meeting is complete");
  });

  test("is left alone while another process of that home is at it", async () => {
    const ada = new Person(server.url);
    const bob = new Person(server.url);
    const showing = ada.start("key", "show");
    const key = await showing.event("key");
    const listed = await ada.run("contacts");
    expect([listed.code, listed.stdout]).toEqual([0, ""]);
    const entered = await bob.run("key", "enter", String(key["code"]));
    expect([(await showing.ended).code, entered.code]).toEqual([0, 0]);
  });
});

describe("a meeting that fails", () => {
  test("a wrong secret is a mismatch for both, with exit code 1 (KEY-2)", async () => {
    const ada = new Person(server.url);
    const bob = new Person(server.url);
    const showing = ada.start("key", "show", "--digits");
    const key = await showing.event("key");
    const [locator = "", secret = ""] = String(key["code"]).split("-");
    const wrong = String((Number(secret) + 1) % 2 ** 22).padStart(7, "0");
    const [shown, entered] = await Promise.all([
      showing.ended,
      bob.run("key", "enter", `${locator}-${wrong}`),
    ]);
    for (const { code, events } of [shown, entered]) {
      expect(code).toBe(1);
      expect(events.at(-1)).toMatchObject({ event: "failed", reason: "mismatch" });
    }
  });

  test("people are told what a mismatch may mean and what to run next", async () => {
    const bob = new Person(server.url);
    const { code, stdout } = await bob.read("key", "enter", "987654321-guitar-ocean");
    expect(code).toBe(1);
    expect(stdout).toContain("✗ Not met: mismatch.");
    expect(stdout).toContain("acquaint key enter");
  });

  test("one's own key is refused (KEY-3)", async () => {
    const ada = new Person(server.url);
    const showing = ada.start("key", "show");
    const key = await showing.event("key");
    const { code, events } = await ada.run("key", "enter", String(key["code"]));
    expect(code).toBe(1);
    expect(events.at(-1)).toMatchObject({ event: "error", code: "own-key" });
    showing.signal("SIGINT");
    expect((await showing.ended).code).toBe(130);
  });

  test("Ctrl-C cancels the attempt before the client ends with 130 (PAS-6)", async () => {
    const ada = new Person(server.url);
    const bob = new Person(server.url);
    const showing = ada.start("key", "show");
    const key = await showing.event("key");
    showing.signal("SIGINT");
    const shown = await showing.ended;
    expect(shown.code).toBe(130);
    expect(shown.events.at(-1)).toMatchObject({
      event: "failed",
      reason: "cancelled",
      byYou: true,
    });
    const late = await bob.run("key", "enter", String(key["code"]));
    expect(late.code).toBe(1);
    expect(late.events.at(-1)).toMatchObject({ event: "failed", reason: "mismatch" });
  });

  test("a reader that goes away cancels the attempt, without a stack trace", async () => {
    const ada = new Person(server.url);
    const bob = new Person(server.url);
    const showing = ada.start("key", "show");
    const key = await showing.event("key");
    showing.closeOutput();
    const entered = await bob.run("key", "enter", String(key["code"]));
    const { code, stderr } = await showing.ended;
    // The key had been told when the reader left, so the meeting itself may still be made.
    expect([0, 141]).toContain(code);
    expect([0, 1]).toContain(entered.code);
    expect(stderr).not.toMatch(/\bat \w+.*:\d+:\d+/);
  });
});
