// ID-3: linking in docs/protocol.md is true: its worked example comes out by the document alone, and a device that was
// written from it alone comes into an account of the SDK, over a running server, in each of the ways there are.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../../scripts/paths.ts";
import { Acquaint, type Applicant, memoryStore } from "../../shared/client/node.ts";
import { atEnd } from "../support/endings.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";
import { IndependentClient } from "./independentClient.ts";
import { bytesOfContent, type Content, contentOf } from "./independentContents.ts";
import { b64, fromB64, isSigned, lvCat, prsOf, u64be } from "./independentCrypto.ts";
import { ask, goOver, prsOfLink, recoveryOf, restore } from "./independentDevice.ts";
import { CBOR_FRAMES } from "./independentFrames.ts";
import { IndependentLine } from "./independentLine.ts";
import { readLog, signedBytesOf, type TravellingEntry } from "./independentLog.ts";
import { prsOfPassphrase } from "./independentPassphrase.ts";
import { pairOf } from "./independentSeal.ts";

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

test.for(["Ann's recovery phrase", "Ann's log grows: another recovery phrase"])(
  "the example's recovery key and id come out by the document: %s",
  (title) => {
    const value = valuesOf(title);
    const { recoveryId, signer } = recoveryOf(value("phrase"));
    expect(hex(signer.publicKey)).toBe(value("recoveryKey"));
    expect(hex(recoveryId)).toBe(value("recoveryId"));
  },
);

test("what the example's laptop says, and is said of it, comes out by the document", () => {
  const value = valuesOf("The laptop is linked");
  expect(hex(lvCat("acquaint v1", "link"))).toBe(value("CI"));
  const passphrase = prsOfPassphrase(value("passphrase, if one was typed"))!;
  expect(hex(prsOfLink(passphrase))).toBe(value("PRS of it"));

  const said = JSON.parse(value("the laptop asks")) as Content;
  expect(hex(bytesOfContent(said))).toBe(value("the same, encoded"));
  expect(contentOf(bytes(value("the same, encoded")))).toEqual(said);
  const { entries, prekey } = JSON.parse(value("body of POST /v1/accounts/{userId}/entries")) as {
    entries: [TravellingEntry];
    prekey: NonNullable<Content["prekey"]>;
  };
  const [entry] = entries;
  expect([entry.createdAt, entry.possession, prekey]).toEqual([
    said.at,
    said.possession,
    said.prekey,
  ]);
  const signKey = fromB64(entry.signKey!);
  expect(isSigned(signKey, signedBytesOf(entry), fromB64(said.possession!))).toBe(true);
  const { publicKey } = pairOf(
    bytes(value("X25519 scalar of the laptop's signed prekey (random)")),
  );
  expect(prekey.key).toBe(b64(publicKey));
  const signed = lvCat("acquaint prekey v1", u64be(prekey.id), publicKey);
  expect(isSigned(signKey, signed, fromB64(prekey.signature))).toBe(true);

  expect(hex(bytesOfContent({ kind: "joined" }))).toBe(value("Ann's phone to the laptop"));
  const told = JSON.parse(value("Ann's phone to her contacts")) as Content;
  expect(hex(bytesOfContent(told))).toBe(value("the same to her contacts, encoded"));
  const before = JSON.parse(valuesOf("Ann's device and log")("log as JSON")) as TravellingEntry[];
  const { heads } = readLog([...before, entry]);
  expect([told.length, hex(fromB64(told.head!))]).toEqual([heads.length, heads.at(-1)]);
});

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer();
});

afterAll(() => server.stop());

/** Ann on the SDK, and a device by the document that has an account of its own. */
async function meeting() {
  const ann = await Acquaint.open({ server: server.url, store: memoryStore(), name: "Ann" });
  atEnd(() => ann.close());
  ann.connect();
  const client = new IndependentClient(server.url, "Ann");
  await client.signIn();
  const line = new IndependentLine(client);
  await line.leavePrekeys();
  return { ann, devices: await ann.devices(), client, line };
}
type Meeting = Awaited<ReturnType<typeof meeting>>;

/** Asks anew whenever Ann's devices may have changed, until it is so. */
async function until<Value>(ann: Acquaint, find: () => Promise<Value | undefined>): Promise<Value> {
  for (;;) {
    const changed = new Promise<void>((resolve) => {
      const off = ann.on(({ event }) => {
        if (event !== "devices" && event !== "contacts") return;
        off();
        resolve();
      });
    });
    const found = await find();
    if (found !== undefined) return found;
    await changed;
  }
}

const applicantAt = ({ ann, devices }: Meeting): Promise<Applicant> =>
  until(ann, async () => (await devices.applicants())[0]);

const listedAt = ({ ann, devices, client }: Meeting, name: string) =>
  until(ann, async () => {
    const { deviceId } = client.account;
    return (await devices.list()).find((one) => one.deviceId === deviceId && one.name === name);
  });

test.for(["by a code", "by a passphrase"])("%s a device by the document is let in", async (how) => {
  const met = await meeting();
  const { ann, devices, client, line } = met;
  const passphrase = "Blaue  Straße 7";
  const shown = await devices.link(how === "by a code" ? {} : { passphrase });
  const [locator, digits] = shown.key?.digits.split("-") ?? [shown.asked!.locator];
  const prs =
    digits === undefined ? prsOfLink(prsOfPassphrase(passphrase)!) : prsOf(Number(digits));
  const [, paired] = await Promise.all([shown.contact, client.enterLink(locator!, prs)]);
  line.met(paired);
  await line.open(CBOR_FRAMES);
  await ask(client, line, paired, "Ann's laptop");

  const applicant = await applicantAt(met);
  expect(applicant).toMatchObject({ userId: client.account.userId, name: "Ann's laptop" });
  expect(await devices.admit(applicant.userId)).toBe(1);
  const heard: unknown[] = [];
  while (!heard.includes("joined")) {
    heard.push(...(await line.read()).map((one) => one?.content.kind));
  }
  line.close();
  const { userId } = ann.me;
  expect(await goOver(client, userId)).toMatchObject({ userId, active: [0, 1], removed: [] });
  expect(await listedAt(met, "Ann's laptop")).toMatchObject({ number: 1, isThis: false });
  expect(await client.contacts()).toEqual([]);
  const drawn = await client.connection.call("POST", `/v1/accounts/${userId}/prekeys`, {
    devices: [1],
  });
  expect(drawn["bundles"]).toMatchObject([{ device: 1, signed: line.signedPrekey }]);
});

test("a device by the document that is refused hears so, and is not listed", async () => {
  const met = await meeting();
  const { ann, devices, client, line } = met;
  const shown = await devices.link();
  const [locator, digits] = shown.key!.digits.split("-");
  const entered = client.enterLink(locator!, prsOf(Number(digits)));
  const [, paired] = await Promise.all([shown.contact, entered]);
  line.met(paired);
  await line.open(CBOR_FRAMES);
  await ask(client, line, paired, "Ann's laptop");
  await devices.refuse((await applicantAt(met)).userId);
  const [answer] = await line.read();
  expect(answer?.content).toEqual({ kind: "joinRefused" });
  line.close();
  await expect(goOver(client, ann.me.userId)).rejects.toThrow("not listed");
});

test("a device by the document comes in by the recovery phrase", async () => {
  const met = await meeting();
  const { ann, client, line } = met;
  const phrase = await ann.recoveryPhrase();
  const read = await restore(client, line, phrase!);
  expect(read).toMatchObject({ userId: ann.me.userId, active: [0, 1] });
  expect(await listedAt(met, "")).toMatchObject({ number: 1 });
  expect(await client.connection.call("GET", "/v1/account")).toMatchObject({
    userId: ann.me.userId,
    logHead: b64(bytes(read.heads.at(-1)!)),
  });
});
