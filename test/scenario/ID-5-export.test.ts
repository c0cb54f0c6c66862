// ID-5: what a device exports is all that its owner can read there, and nothing that must stay secret.

import { mkdtempSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { emptyCard, fileStore } from "../../shared/client/node.ts";
import { fromBase64Url, toBase64Url } from "../../shared/core/crypto/bytes.ts";
import { verifyLog } from "../../shared/core/identity/deviceLog.ts";
import { hashOfReceipt } from "../../shared/core/pairing/transcript.ts";
import { meet } from "../support/clients.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";
import { openTalker, whenSo } from "../support/talkers.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

/** Every string in the records of a folder of the store. */
async function stringsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  return texts.flatMap((text) => stringsOf(JSON.parse(text)));
}

function stringsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(stringsOf) : [];
}

test("ID-5: an export holds profile, contacts with proofs, cards, notes and conversations, and no secret", async () => {
  const folder = mkdtempSync(join(tmpdir(), "acquaint-export-"));
  const store = fileStore(folder);
  const ada = await openTalker(server.url, { store, name: "Ada" });
  const ben = await openTalker(server.url, { name: "Ben" });
  const card = await ada.client.cards.save(emptyCard("Ada of the Export"));
  await meet(ada.client, ben.client);
  const { userId: bensId } = ben.client.me;
  const { messages, contacts } = ada.client;
  await contacts.update(bensId, { note: "at the station" });
  await messages.stored(await messages.send(bensId, "first"));
  await ben.client.messages.send(ada.client.me.userId, "second");
  await whenSo(ada.client, () => ada.told.length === 1);
  await messages.setDraft(bensId, "not said yet");

  const exported = await ada.client.export();
  const text = JSON.stringify(exported);
  expect(JSON.parse(text)).toEqual(exported);
  expect(exported).toMatchObject({
    format: "acquaint-export",
    version: 1,
    account: { userId: ada.client.me.userId, name: "Ada" },
    cards: [{ uid: card.uid }],
    chosenCard: card.uid,
    contacts: [{ userId: bensId, name: "Ben", note: "at the station", verified: true }],
    conversations: [{ userId: bensId, draft: "not said yet" }],
  });
  expect(exported.conversations[0]?.messages.map((one) => [one.author, one.text])).toEqual([
    ["me", "first"],
    ["peer", "second"],
  ]);
  const [contact] = exported.contacts;
  expect(verifyLog(contact?.log ?? [])?.userId).toBe(bensId);
  const { transcript } = contact?.receipt ?? {};
  expect(transcript && toBase64Url(hashOfReceipt(transcript))).toBe(contact?.receiptHash);

  const identity = JSON.parse(await readFile(join(folder, "identity.json"), "utf8"));
  const met = (await store.all<{ sessionKeys: object }>("contacts"))[0];
  const secrets = [
    identity.keys.sign.privateKey.d,
    identity.keys.agree.privateKey.d,
    await ada.client.recoveryPhrase(),
    ...stringsOf(met?.sessionKeys),
    ...(await stringsIn(join(folder, "sessions"))).filter((one) => one.length > 30),
    ...(await stringsIn(join(folder, "prekeys"))),
  ].filter((one) => one.length > 20);
  expect(secrets.length).toBeGreaterThan(6);
  const isPublic = (one: string) => one === bensId || one === contact?.receiptHash;
  for (const secret of secrets.filter((one) => !isPublic(one))) expect(text).not.toContain(secret);
  expect(fromBase64Url(identity.keys.sign.privateKey.d).length).toBe(32);
});

test("ID-5: a conversation of more than a page is exported whole and in order", async () => {
  const ada = await openTalker(server.url, { name: "Ada" });
  const ben = await openTalker(server.url, { name: "Ben" });
  await meet(ada.client, ben.client);
  const { userId } = ben.client.me;
  const texts = Array.from({ length: 205 }, (_, index) => `message ${index}`);
  for (const text of texts) await ada.client.messages.send(userId, text);
  const { conversations } = await ada.client.export();
  expect(conversations[0]?.messages.map(({ text }) => text)).toEqual(texts);
});
