// BOX-2: files as messages: what may stand in one, that it fits a box, and what becomes of it in a conversation.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Content, FileContent } from "../../../shared/core/line/content.ts";
import { decodeContent, encodeContent } from "../../../shared/core/line/contentCoding.ts";
import { CAPTION_MAX_BYTES, THUMBNAIL_MAX_BYTES } from "../../../shared/core/line/contentLimits.ts";
import type { AppliedFile } from "../../../shared/core/line/conversation.ts";
import { fileTypeFrom } from "../../../shared/core/line/fileContent.ts";
import {
  FILE_NAME_MAX_CHARS,
  fileNameFrom,
  isFileName,
} from "../../../shared/core/line/fileNames.ts";
import { padBox } from "../../../shared/core/crypto/boxPadding.ts";
import { BLOB_MAX_BYTES, BOX_MAX_BYTES } from "../../../shared/wire/limits.ts";
import { Device, idOf, NOW, PEER } from "./examples.ts";

/** What a box has beside its padded content: the header of a first message, with all its keys, and the tag. */
const BOX_EXTRA_BYTES = 200;

const file: FileContent = {
  kind: "file",
  id: idOf(1),
  at: NOW,
  name: "holiday.jpg",
  type: "image/jpeg",
  blob: { blobId: "A".repeat(22), key: "A".repeat(43), size: 9 },
};
const { blob: _blob, ...unsent } = file;
const draft: AppliedFile = { ...unsent, size: 9 };
const takes = (content: unknown) => () => encodeContent(content as Content);
const base64 = (bytes: number) => Buffer.alloc(bytes, 0xff).toString("base64url");

describe("the content of a file", () => {
  test("fits a box with everything that it can hold, in a copy for one's own devices as well", () => {
    const largest: FileContent = {
      ...file,
      name: "漢".repeat(FILE_NAME_MAX_CHARS),
      type: `a/${"b".repeat(125)}`,
      blob: { ...file.blob, size: BLOB_MAX_BYTES },
      text: "é".repeat(CAPTION_MAX_BYTES / 2),
      thumbnail: base64(THUMBNAIL_MAX_BYTES),
      width: 65_535,
      height: 65_535,
      replyTo: { by: "receiver", id: idOf(2) },
      lifetimeSeconds: 2_419_200,
      isRepeated: true,
    };
    const bytes = encodeContent({ kind: "sync", to: PEER, content: largest });
    expect(decodeContent(bytes)).toEqual({ kind: "sync", to: PEER, content: largest });
    expect(padBox(bytes).length + BOX_EXTRA_BYTES).toBeLessThan(BOX_MAX_BYTES);
  });

  test("is refused beyond its limits, and with a name that leads elsewhere", () => {
    const beyond: unknown[] = [
      ...["", ".", "..", " ", "a/b", "a\\b", "a\nb", "a\u0000", "a\u202egpj.exe", "\ud800"].map(
        (name) => ({ ...file, name }),
      ),
      { ...file, name: "a".repeat(FILE_NAME_MAX_CHARS + 1) },
      ...[
        "",
        "jpeg",
        "image/",
        "image/jpeg; q=1",
        "Image/jpeg",
        "a/ b",
        `a/${"b".repeat(126)}`,
      ].map((type) => ({ ...file, type })),
      { ...file, text: "" },
      { ...file, text: "a".repeat(CAPTION_MAX_BYTES + 1) },
      { ...file, thumbnail: "" },
      { ...file, thumbnail: base64(THUMBNAIL_MAX_BYTES + 1) },
      { ...file, width: 0 },
      { ...file, height: 65_536 },
      { ...file, blob: { ...file.blob, size: -1 } },
      { ...file, blob: { ...file.blob, size: BLOB_MAX_BYTES + 1 } },
      { ...file, blob: { ...file.blob, key: "A".repeat(42) } },
      draft,
    ];
    for (const content of beyond)
      expect(takes(content), JSON.stringify(content)).toThrow(RangeError);
  });
});

describe("a name", () => {
  test("is made one that can be sent, whatever it was", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 400 }), (name) => {
        const made = fileNameFrom(name);
        expect(isFileName(made)).toBe(true);
        expect(made).not.toMatch(/^\.|[. ]$/);
      }),
      { numRuns: 2_000 },
    );
  });

  test("keeps what it can: the end of a path, the ending of what is too long, any script", () => {
    expect(fileNameFrom("C:\\photos\\a.jpg")).toBe("a.jpg");
    expect(fileNameFrom("/etc/passwd")).toBe("passwd");
    expect(fileNameFrom("..")).toBe("file");
    expect(fileNameFrom(".profile")).toBe("profile");
    expect(fileNameFrom("Grüße 漢字 👩‍👩‍👧.pdf")).toBe("Grüße 漢字 👩‍👩‍👧.pdf");
    const long = fileNameFrom(`${"漢".repeat(200)}.jpeg`);
    expect(long.endsWith("漢.jpeg")).toBe(true);
    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(255);
  });

  test("of a type is its essence, or that of any bytes", () => {
    expect(fileTypeFrom("Text/HTML; charset=utf-8")).toBe("text/html");
    expect(fileTypeFrom("")).toBe("application/octet-stream");
    expect(fileTypeFrom("nonsense")).toBe("application/octet-stream");
  });
});

describe("an own file", () => {
  const key = `me/${idOf(1)}` as const;

  test("has its place from when it was written, and its blob from when that is uploaded", () => {
    const device = new Device();
    device.apply("me", draft, "uploading");
    const before = device.get("me", 1);
    expect(before).toMatchObject({ kind: "file", state: "uploading", file: { size: 9 } });
    expect(before.file).not.toHaveProperty("blob");
    expect(device.conversation.preview).toMatchObject({ kind: "file", fileName: "holiday.jpg" });
    device.now += 1_000;
    device.apply("me", { kind: "text", id: idOf(2), at: NOW, text: "after" }, "waiting");
    device.apply("me", file, "waiting");
    const after = device.get("me", 1);
    expect(after).toMatchObject({
      state: "waiting",
      order: before.order,
      file: { blob: file.blob },
    });
    device.apply("me", { ...file, name: "other.jpg" }, "waiting");
    expect(device.get("me", 1)).toEqual(after);
    device.tell(key, "sent");
    device.apply("peer", { kind: "receipt", state: "read", of: [idOf(1)] });
    expect(device.get("me", 1).state).toBe("read");
  });

  test("that was refused can be uploaded again", () => {
    const device = new Device();
    device.apply("me", draft, "uploading");
    device.tell(key, "refused");
    expect(device.get("me", 1).state).toBe("refused");
    device.tell(key, "uploading");
    device.apply("me", file, "waiting");
    expect(device.get("me", 1).state).toBe("waiting");
  });

  test("can be taken back before anyone has heard of it, and not after", () => {
    const device = new Device();
    device.apply("me", draft, "uploading");
    device.withdraw(key);
    expect(device.has("me", 1)).toBe(false);
    expect(device.conversation.preview).toBeNull();
    device.apply("me", file, "waiting");
    expect(device.withdraw(key).removed).toEqual([]);
    expect(device.has("me", 1)).toBe(true);
  });

  test("that is deleted, or over, keeps neither name nor key", () => {
    for (const end of ["delete", "expire"] as const) {
      const device = new Device();
      device.apply("me", { ...file, text: "caption", lifetimeSeconds: 1 }, "sent");
      device.now += 2_000;
      if (end === "delete") device.apply("me", { kind: "delete", at: NOW, of: idOf(1) });
      else device.expire(key);
      expect(JSON.stringify(device.get("me", 1))).not.toMatch(/holiday|AAAA{18}|caption/);
    }
  });
});
