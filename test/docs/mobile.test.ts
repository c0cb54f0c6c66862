// TAP-8: the bytes of docs/mobile.md are what they are said to be: read here by parsers of their own, written from the
// formats alone, they give the URLs of the worked example; and what is said of room on tags holds.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../../scripts/paths.ts";

const MOBILE = readFileSync(join(ROOT, "docs/mobile.md"), "utf8");
const PROTOCOL = readFileSync(join(ROOT, "docs/protocol.md"), "utf8");

function region(name: string): string {
  const text = MOBILE.split(`<!-- generated: ${name} -->\n`)[1]?.split("<!-- end -->")[0];
  if (text === undefined) throw new Error(`docs/mobile.md has no "${name}"`);
  return text;
}

/** The block of hex in a region. */
function hexIn(name: string): Buffer {
  const hex = /```\n([0-9a-f]+)\n```/.exec(region(name))?.[1] ?? "";
  return Buffer.from(hex, "hex");
}

function urlIn(title: string): string {
  const section = PROTOCOL.split(`### Example: ${title}\n`)[1]?.split("\n### ")[0] ?? "";
  return /^- URL: `(.*)`$/m.exec(section)?.[1] ?? "";
}

/** The URI of a message of one record, by the formats of NDEF and of URI records. */
function uriOf(message: Buffer): { readonly uri: string; readonly isShort: boolean } {
  const [flags = 0, typeLength = 0] = message;
  const isShort = (flags & 0x10) !== 0;
  expect({ begins: flags >> 7, ends: (flags >> 6) & 1, chunked: (flags >> 5) & 1 }).toEqual({
    begins: 1,
    ends: 1,
    chunked: 0,
  });
  expect({ hasId: (flags >> 3) & 1, typeNameFormat: flags & 7 }).toEqual({
    hasId: 0,
    typeNameFormat: 1,
  });
  const payloadLength = isShort ? message.readUInt8(2) : message.readUInt32BE(2);
  const typeAt = isShort ? 3 : 6;
  const payloadAt = typeAt + typeLength;
  expect(message.toString("latin1", typeAt, payloadAt)).toBe("U");
  expect(message.length).toBe(payloadAt + payloadLength);
  expect(message[payloadAt]).toBe(4);
  return { uri: `https://${message.toString("utf8", payloadAt + 1)}`, isShort };
}

/** The NDEF message in the content of a Type 2 tag. */
function messageOf(content: Buffer): Buffer {
  expect(content[0]).toBe(0x03);
  const isLong = content[1] === 0xff;
  const length = isLong ? content.readUInt16BE(2) : content.readUInt8(1);
  const at = isLong ? 4 : 2;
  expect(content.subarray(at + length)).toEqual(Buffer.of(0xfe));
  return content.subarray(at, at + length);
}

test.for([
  ["ticket message", "Ann's ticket", false],
  ["badge message", "Ann's badge", true],
] as const)("the %s is the URL of the example", ([name, title, isShort]) => {
  const url = urlIn(title);
  expect(url).toMatch(/^https:\/\/acquaint\.example\/#\/(tap|badge)\/[\w-]{22,}$/);
  expect(uriOf(hexIn(name))).toEqual({ uri: url, isShort });
});

test("a badge of an origin of 30 characters fits an NTAG213, and so does one of 113", () => {
  expect(uriOf(messageOf(hexIn("badge on a tag"))).uri).toBe(urlIn("Ann's badge"));
  const content = hexIn("tag sizes");
  const { uri } = uriOf(messageOf(content));
  const { origin, hash } = new URL(uri);
  expect(origin).toHaveLength(30);
  expect(hash).toMatch(/^#\/badge\/[\w-]{22}$/);
  const NTAG213_BYTES = 144;
  expect(content.length).toBeLessThanOrEqual(NTAG213_BYTES);
  const longest = Number(/origin may have up to (\d+) characters/.exec(MOBILE)?.[1]);
  expect(content.length + longest - origin.length).toBe(NTAG213_BYTES);
  const row = region("tag sizes")
    .split("\n")
    .find((line) => line.startsWith("| NTAG213"));
  expect(row).toContain(`| ${NTAG213_BYTES - content.length} bytes |`);
  expect(row).toContain("e1 10 12 00"); // 0x12 times 8 are 144
});

/** Commands, and answers as they are shown: of long ones begin and end. */
function dialogue(): (readonly [command: Buffer, answer: string])[] {
  const rows = region("card dialogue").matchAll(/\| `(00 [0-9a-f ]+)` \| `([0-9a-f …]+)`/g);
  return [...rows].map(([, command = "", answer = ""]) => {
    return [Buffer.from(command.replaceAll(" ", ""), "hex"), answer];
  });
}

test("a reader that says what the table says reads the ticket whole, within what the container allows", () => {
  const container = Buffer.from("000f2000ff00ff0406e104040000ff", "hex");
  const message = hexIn("ticket message");
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  const files = new Map([
    ["e103", container],
    ["e104", Buffer.concat([length, message])],
  ]);
  let selected = Buffer.alloc(0);
  const read: Buffer[] = [];
  for (const [command, answer] of dialogue()) {
    let data: Buffer = Buffer.alloc(0);
    if (command[1] === 0xa4 && command[2] === 0x04) {
      expect(command.toString("hex", 5, 12)).toBe("d2760000850101");
    } else if (command[1] === 0xa4) {
      selected = Buffer.from(files.get(command.toString("hex", 5, 7))!);
    } else {
      const at = command.readUInt16BE(2);
      data = selected.subarray(at, at + command.readUInt8(4));
      expect(data.length).toBe(command.readUInt8(4));
      expect(data.length).toBeLessThanOrEqual(container.readUInt16BE(3));
      if (selected.length > container.length && at >= 2) read.push(data);
    }
    const said = (
      Buffer.concat([data, Buffer.of(0x90, 0x00)])
        .toString("hex")
        .match(/../g) ?? []
    ).join(" ");
    const [head = "", tail = ""] = answer.split(" … ");
    expect(said.startsWith(head)).toBe(true);
    expect(said.endsWith(tail)).toBe(true);
  }
  expect(Buffer.concat(read)).toEqual(message);
  const file = region("container file").matchAll(/^\| \d+ \| `([0-9a-f ]+)`/gm);
  expect([...file].map(([, hex]) => hex!.replaceAll(" ", "")).join("")).toBe(
    container.toString("hex"),
  );
  expect(message.length + 2).toBeLessThanOrEqual(container.readUInt16BE(11));
});
