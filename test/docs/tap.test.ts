// TAP-1 to TAP-8: what docs/protocol.md says of taps suffices. Its worked example comes out by the document alone, and
// what was written from it alone taps the SDK on a running server, is tapped, sits at a table, and asks by a badge.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT } from "../../scripts/paths.ts";
import { Acquaint, type Contact, memoryStore } from "../../shared/client/node.ts";
import { atEnd } from "../support/endings.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";
import { IndependentClient } from "./independentClient.ts";
import type { Json } from "./independentConnection.ts";
import {
  type Account,
  b64,
  type Entry,
  fromB64,
  isSigned,
  sha256,
  signerOf,
  verifiedAccount,
} from "./independentCrypto.ts";
import { CBOR_FRAMES, JSON_FRAMES } from "./independentFrames.ts";
import { IndependentLine } from "./independentLine.ts";
import { readHeader } from "./independentSession.ts";
import * as by from "./independentTap.ts";

const PROTOCOL = readFileSync(join(ROOT, "docs/protocol.md"), "utf8");

/** A value of a step of the example, as printed. */
function valuesOf(title: string): (name: string) => string {
  const section = PROTOCOL.split(`### Example: ${title}\n`)[1]?.split("\n### ")[0] ?? "";
  return (name) => {
    const line = section.split("\n").find((candidate) => candidate.startsWith(`- ${name}: \``));
    if (line === undefined) throw new Error(`the example has no "${name}" in "${title}"`);
    return line.slice(`- ${name}: \``.length, -1);
  };
}

const bytes = (hex: string) => Buffer.from(hex, "hex");
const hex = (value: Buffer) => value.toString("hex");

function personOf(name: string): { readonly account: Account; readonly seed: Buffer } {
  const value = valuesOf(`${name}'s device and log`);
  const account = verifiedAccount(JSON.parse(value("log as JSON")) as Entry[]);
  return { account, seed: bytes(value("Ed25519 seed (random)")) };
}

describe("the example", () => {
  const ann = personOf("Ann");
  const ben = personOf("Ben");
  const certificate = bytes(valuesOf("Ann's certificate")("certificate"));
  const ticket = bytes(valuesOf("Ann's ticket")("ticket"));

  test("TAP-1: the certificate is of 174 bytes, and verifies by the key that is published", () => {
    const value = valuesOf("Ann's certificate");
    const read = by.readCertificate(certificate);
    expect(certificate).toHaveLength(174);
    expect(read.userId).toBe(ann.account.userId);
    expect(hex(read.signKey)).toBe(hex(ann.account.signKey));
    expect(hex(read.signed)).toBe(value("signed bytes (Sig_structure)"));
    expect(read.end).toBe(Number(value("exp")));
    const period = Math.floor(Number(value("issued at (seconds)")) / 2_592_000);
    expect(fromB64(read.kid).readUInt16BE()).toBe(period % 65_536);
    const published = JSON.parse(value("the same, as published")) as Json;
    by.verifyCertificate(read, [published], read.end - 1);
    expect(() => by.verifyCertificate(read, [published], read.end)).toThrow("end");
    expect(() => by.verifyCertificate(read, [], 0)).toThrow("not known");
    const spoilt = Buffer.from(certificate);
    spoilt[60]! ^= 1;
    const other = by.readCertificate(spoilt);
    expect(() => by.verifyCertificate(other, [published], 0)).toThrow("not issued");
    spoilt[14]! ^= 1;
    expect(() => by.readCertificate(spoilt)).toThrow("no certificate");
  });

  test("TAP-2, TAP-8: the ticket is made of its share, and its URL is below 400 characters", () => {
    const value = valuesOf("Ann's ticket");
    const { nonce, time, signed } = by.readTicket(ticket);
    expect(hex(by.nonceOf(bytes(value("share (random)"))))).toBe(value("nonce"));
    expect([hex(nonce), time, hex(signed)]).toEqual([
      value("nonce"),
      Number(value("time (seconds)")),
      value("signed bytes"),
    ]);
    const share = bytes(value("share (random)"));
    expect(by.makeTicket(signerOf(ann.seed).sign, certificate, share, time)).toEqual(ticket);
    expect(by.urlOf("https://acquaint.example", ticket)).toBe(value("URL"));
    expect(by.ticketIn(value("URL"), "https://acquaint.example")).toEqual(ticket);
    expect(value("URL").length).toBeLessThan(400);
  });

  test("TAP-3: statement, signature, receipt and proof of a tap", () => {
    const value = valuesOf("Ben taps Ann");
    const tapId = bytes(value("tapId (random)"));
    const { userId, deviceId } = ben.account;
    const statement = by.tapStatement(tapId, userId, deviceId, ticket);
    expect(hex(statement)).toBe(value("statement"));
    expect(hex(signerOf(ben.seed).sign(statement))).toBe(value("signature"));
    expect(hex(by.tapReceiptHash(ticket, statement))).toBe(value("receiptHash"));
    const proof = JSON.parse(value("proof, as both mailboxes list it")) as Json;
    for (const [one, other] of [
      [ann, ben],
      [ben, ann],
    ] as const) {
      const receiptHash = by.verifyProof(proof, one.account, other.account);
      expect(hex(fromB64(receiptHash))).toBe(value("receiptHash"));
    }
    expect(() => by.verifyProof({ ...proof, at: 0 }, ann.account, ben.account)).toThrow("false");
    expect(hex(by.groupIdOf(userId, tapId))).toBe(value("groupId, if another were among them"));
  });

  test("TAP-5: the phrase of a table of three", () => {
    const value = valuesOf("A table of three");
    const names = ["Ben", "Ann", "Carol"];
    const seats = names.map(
      (name) =>
        [bytes(value(`${name}'s ticket`)), bytes(value(`${name}'s share (random)`))] as const,
    );
    const table = by.tableBytes(bytes(value("tapId (random)")), seats);
    expect(hex(sha256(table))).toBe(value("SHA-256 of the table statement"));
    const { places, words } = by.phraseOf(table);
    expect([places.join(", "), words]).toEqual([value("places in the list"), value("phrase")]);
    for (const [index, name] of names.entries()) {
      const [own, share] = seats[index]!;
      const { certificate: of, nonce } = by.readTicket(own);
      expect(nonce).toEqual(by.nonceOf(share));
      expect(isSigned(of.signKey, table, bytes(value(`${name}'s confirmation`)))).toBe(true);
    }
  });

  test("TAP-8: the badge's token, the request by it and its approval", () => {
    const badge = valuesOf("Ann's badge");
    const { userId: to, deviceId: approver } = ann.account;
    const token = by.badgeToken(to, bytes(badge("salt (random)")));
    expect(hex(token)).toBe(badge("token"));
    expect(badge("URL")).toBe(`https://acquaint.example/#/badge/${b64(token)}`);
    const value = valuesOf("Ben asks Ann by her badge");
    const { userId, deviceId } = ben.account;
    const request = by.requestBytes(bytes(value("requestId (random)")), userId, deviceId, to);
    const approval = by.approvalBytes(request, approver);
    expect([hex(request), hex(approval)]).toEqual([
      value("request statement"),
      value("approval statement"),
    ]);
    const proof = JSON.parse(value("proof, as both mailboxes list it")) as Json;
    const receiptHash = by.verifyProof(proof, ben.account, ann.account);
    expect(hex(fromB64(receiptHash))).toBe(value("receiptHash"));
  });
});

describe("on a running server", () => {
  let server: ServerProcess;

  beforeAll(async () => {
    server = await startServer();
  });

  afterAll(() => server.stop());

  async function onSdk(name: string): Promise<Acquaint> {
    const one = await Acquaint.open({ server: server.url, store: memoryStore(), name });
    atEnd(() => one.close());
    one.connect();
    return one;
  }

  async function byDocument(name: string) {
    const client = new IndependentClient(server.url, name);
    await client.signIn();
    const taps = new by.IndependentTaps(client, server.url);
    await taps.prepare();
    return { client, taps, userId: client.account.userId };
  }
  type ByDocument = Awaited<ReturnType<typeof byDocument>>;

  /** Of a contact, or one's own. */
  async function accountOf({ client }: ByDocument, userId: string): Promise<Account> {
    const { log } = await client.connection.call("GET", `/v1/accounts/${userId}/log`);
    return verifiedAccount(log as Entry[]);
  }

  /** The one contact of a client by the document, its proofs verified. */
  async function verifiedContact(one: ByDocument, userId: string): Promise<Json> {
    const [contact] = (await one.client.contacts()).filter((each) => each["userId"] === userId);
    const peer = await accountOf(one, userId);
    const hashes = (contact!["proofs"] as Json[]).map((proof) =>
      by.verifyProof(proof, one.client.account, peer),
    );
    expect(hashes[0]).toBe(contact!["receiptHash"]);
    return contact!;
  }

  /** Once it is so at a client on the SDK. */
  async function until<Value>(
    one: Acquaint,
    find: () => Promise<Value | undefined> | Value | undefined,
  ) {
    for (;;) {
      const changed = new Promise<void>((resolve) => {
        const off = one.on(() => {
          off();
          resolve();
        });
      });
      const found = await find();
      if (found !== undefined) return found;
      await changed;
    }
  }

  const contactAt = (one: Acquaint, userId: string, isIt: (contact: Contact) => boolean) =>
    until(one, async () =>
      (await one.contacts.list()).find((each) => each.userId === userId && isIt(each)),
    );

  test("TAP-2, TAP-3, TAP-6, TAP-7: it reads the SDK's ticket, repeats, is tapped back, and undoes", async () => {
    const ann = await onSdk("Ann");
    const ben = await byDocument("Ben");
    const { url } = await ann.taps.ticket();
    const forged = url.replace(/.$/, (last) => (last === "A" ? "Q" : "A"));
    const first = await ben.taps.tap([url, ben.taps.show(), forged, url]);
    expect(first.outcomes).toEqual(["established", "self", "forged", "duplicate"]);
    const contact = await verifiedContact(ben, ann.me.userId);
    expect(contact).toMatchObject({ method: "tap", metAt: first.tap["submittedAt"] });
    const annsView = await contactAt(ann, ben.userId, ({ verified }) => verified);
    expect(annsView).toMatchObject({ method: "tap", vouched: true, metAt: contact["metAt"] });

    const urls = [url, ben.taps.show(), forged, url];
    await expect(ben.taps.tap(urls, first)).rejects.toThrow("malformed-request");
    expect((await ben.taps.tap([url])).outcomes).toEqual(["established"]);
    const carol = await byDocument("Carol");
    expect((await carol.taps.tap([url])).outcomes).toEqual(["replayed"]);
    expect((await carol.taps.tap([ben.taps.show(-61)])).outcomes).toEqual(["expired"]);
    expect((await carol.taps.tap([ben.taps.show(7)])).outcomes).toEqual(["expired"]);

    const { peers } = await ann.taps.tap([ben.taps.show()]);
    expect(peers).toMatchObject([{ outcome: "already", userId: ben.userId }]);
    expect((await verifiedContact(ben, ann.me.userId))["proofs"]).toHaveLength(2);
    await contactAt(ann, ben.userId, ({ vouched }) => !vouched);

    const undone = await ben.taps.undo(ben.userId, b64(first.tapId), ann.me.userId);
    expect(undone["undone"]).toEqual([ann.me.userId]);
    expect(await ben.client.contacts()).toEqual([]);
    await until(ann, async () => ((await ann.contacts.list()).length === 0 ? true : undefined));
  });

  test("TAP-7: after a tap both say who they are, in sessions without a pairing", async () => {
    const ann = await onSdk("Ann");
    const ben = await byDocument("Ben");
    const line = new IndependentLine(ben.client);
    await line.leavePrekeys();
    const { outcomes } = await ben.taps.tap([(await ann.taps.ticket()).url]);
    expect(outcomes).toEqual(["established"]);
    line.knows(await accountOf(ben, ann.me.userId));
    await line.open(CBOR_FRAMES);
    const [first] = await line.read();
    expect(first?.content).toMatchObject({ kind: "introduction", name: "Ann" });
    expect(readHeader(first!.box).header.prekeys?.pairing).toBeNull();
    const card = Buffer.from(
      JSON.stringify({ "@type": "Card", version: "2.0", name: { full: "Ben Nevis" } }),
    );
    const said = { at: Date.now(), name: "Ben", card: card.toString("base64url") };
    await line.write(ann.me.userId, { kind: "introduction", ...said });
    const named = await contactAt(ann, ben.userId, ({ name }) => name === "Ben");
    expect(named.card).toMatchObject({ name: { full: "Ben Nevis" } });
    line.close();
  });

  test("TAP-4, TAP-5: it sits at a table that the SDK has gathered, with the same words; and gathers one", async () => {
    const ann = await onSdk("Ann");
    const ben = await byDocument("Ben");
    const carol = await byDocument("Carol");
    const guests = [ben, carol];
    const sockets = await Promise.all(
      guests.map(async ({ client }, index) => {
        const frames = index === 0 ? JSON_FRAMES : CBOR_FRAMES;
        const socket = await client.connection.open({ purpose: "mailbox" }, frames);
        socket.send({ type: "hello", after: 0 });
        await socket.until("ready");
        return socket;
      }),
    );
    const told = async (index: number, at: string, tapId: string): Promise<Json> => {
      for (;;) {
        const tap = (await sockets[index]!.until("table"))["tap"] as Json;
        if (tap["at"] === at && tap["tapId"] === tapId) return tap;
      }
    };
    const gathered = await ann.taps.together(guests.map(({ taps }) => taps.show()));
    const tables = await Promise.all(
      guests.map(async ({ taps }, index) => {
        await taps.reveal(await told(index, "revealing", gathered.tapId));
        return told(index, "comparing", gathered.tapId);
      }),
    );
    const words = guests.map(({ taps }, index) => taps.compare(tables[index]!).words);
    const shown = await until(ann, () =>
      ann.taps.tables().find(({ tapId, phrase }) => tapId === gathered.tapId && phrase !== null),
    );
    expect(words).toEqual([shown.phrase!.join(" "), shown.phrase!.join(" ")]);
    await ann.taps.confirm(gathered.tapId);
    await Promise.all(guests.map(({ taps }, index) => taps.confirm(tables[index]!)));
    const settled = await told(1, "settled", gathered.tapId);
    const groupId = b64(by.groupIdOf(ann.me.userId, fromB64(gathered.tapId)));
    expect(settled).toMatchObject({ groupId, undone: [] });
    expect(await verifiedContact(carol, ann.me.userId)).toMatchObject({
      proofs: [{ by: ann.me.userId, isCompared: true }],
    });
    expect(await carol.client.contacts()).toHaveLength(1);
    const group = await carol.client.connection.call("GET", `/v1/groups/${groupId}`);
    const members = group["members"] as Json[];
    expect(members.map(({ userId }) => userId)).toEqual([ann.me.userId, ben.userId, carol.userId]);
    const { table } = carol.taps.compare(tables[1]!);
    for (const { ticket, confirmation } of members) {
      const { certificate } = by.readTicket(fromB64(String(ticket)));
      expect(isSigned(certificate.signKey, table, fromB64(String(confirmation)))).toBe(true);
    }
    await contactAt(ann, ben.userId, ({ vouched }) => !vouched);

    const { url } = await ann.taps.ticket();
    const second = await ben.taps.tap([url, carol.taps.show()], { together: ben.taps.show() });
    const secondId = b64(second.tapId);
    expect(second.tap["at"]).toBe("revealing");
    await Promise.all([
      ben.taps.reveal(second.tap),
      told(1, "revealing", secondId).then((tap) => carol.taps.reveal(tap)),
    ]);
    const open = await until(ann, () =>
      ann.taps.tables().find(({ tapId, phrase }) => tapId === secondId && phrase !== null),
    );
    expect(ben.taps.compare(await told(0, "comparing", secondId)).words).toBe(
      open.phrase!.join(" "),
    );
    await ann.taps.decline(open.tapId);
    expect((await told(0, "aborted", secondId))["table"]).toMatchObject({
      end: "declined",
      endedBy: ann.me.userId,
    });
    expect((await ben.client.contacts()).map(({ userId }) => userId)).toEqual([ann.me.userId]);
    for (const socket of sockets) socket.close();
  });

  test("TAP-8: it asks by the SDK's badge and is approved, and approves one who asks by its own", async () => {
    const ann = await onSdk("Ann");
    const ben = await byDocument("Ben");
    const { to } = await ben.taps.askBy((await ann.badges.create()).url);
    expect(to).toBe(ann.me.userId);
    const request = await until(ann, () => ann.badges.waiting()[0]);
    expect(request.from).toBe(ben.userId);
    await ann.badges.approve(request.requestId);
    expect(await verifiedContact(ben, ann.me.userId)).toMatchObject({ method: "badge" });
    await contactAt(ann, ben.userId, ({ vouched, verified }) => vouched && verified);

    const carol = await byDocument("Carol");
    const found = await ann.badges.find(await carol.taps.makeBadge());
    expect(found).toMatchObject({ userId: carol.userId, contact: null });
    const { token } = (await carol.client.connection.call("GET", "/v1/badge"))["badge"] as Json;
    const asked = await ann.badges.ask(`${server.url}/#/badge/${String(token)}`);
    const socket = await carol.client.connection.open({ purpose: "mailbox" });
    socket.send({ type: "hello", after: 0 });
    const waiting = (await socket.until("contactRequest"))["request"] as Json;
    expect(waiting).toMatchObject({ requestId: asked.requestId, from: ann.me.userId });
    const annsAccount = await accountOf(ben, ann.me.userId);
    await carol.taps.approve(waiting, annsAccount);
    expect(await socket.until("contactRequestOver")).toMatchObject({ end: "approved" });
    socket.close();
    expect(await verifiedContact(carol, ann.me.userId)).toMatchObject({ method: "badge" });
    await contactAt(ann, carol.userId, ({ vouched, verified }) => !vouched && verified);
  });
});
