// What the page decides about files without a browser: what is shown in it, and what is said of them.

import { expect, test } from "vitest";
import type { MessageRecord } from "../../shared/client/index.ts";
import type { ListedConversation } from "../../web/chats.ts";
import { faultOf } from "../../web/chat/files/faults.ts";
import {
  detailsText,
  fileKind,
  type FileRecord,
  fitted,
  isFileRecord,
  isPicture,
  sizeText,
  thumbnailUri,
} from "../../web/chat/files/fileKinds.ts";
import { lineOf, previewText } from "../../web/chat/words.ts";
import { ConnectionError, FileError } from "../../shared/client/index.ts";

const PHOTO = { name: "photo.jpg", type: "image/jpeg", size: 3_400_000, width: 400, height: 300 };

function message(more: Partial<MessageRecord> = {}): FileRecord {
  return {
    peer: "" as MessageRecord["peer"],
    author: "me",
    id: "1",
    kind: "file",
    at: 0,
    order: "1",
    text: "",
    file: PHOTO,
    reactions: {},
    isDeleted: false,
    isExpired: false,
    state: "sent",
    ...more,
  } as FileRecord;
}

test("only pictures of dots, films and sound are shown in the page", () => {
  const kinds = {
    picture: ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"],
    film: ["video/mp4", "video/webm"],
    sound: ["audio/mpeg", "audio/ogg"],
    other: [
      "image/svg+xml",
      "text/html",
      "application/pdf",
      "application/xhtml+xml",
      "text/xml",
      "image/pngx",
      "",
    ],
  };
  for (const [kind, types] of Object.entries(kinds)) {
    for (const type of types) expect([type, fileKind(type)]).toEqual([type, kind]);
  }
});

test("a picture has its place only when its sides are known", () => {
  expect(isPicture(message())).toBe(true);
  const { width: _width, ...file } = PHOTO;
  expect(isPicture(message({ file }))).toBe(false);
  expect(fitted({ width: 4_000, height: 3_000 }, 320, 96)).toEqual({ width: 320, height: 240 });
  expect(fitted({ width: 10, height: 4_000 }, 320, 96)).toEqual({ width: 96, height: 320 });
  expect(fitted({ width: 1, height: 1 }, 320, 96)).toEqual({ width: 96, height: 96 });
});

test("a thumbnail that begins neither as a JPEG nor as a WebP is not shown", () => {
  expect(thumbnailUri({ ...PHOTO, thumbnail: "_9j_4A-_" })).toBe("data:image/jpeg;base64,/9j/4A+/");
  expect(thumbnailUri({ ...PHOTO, thumbnail: "UklGRg" })).toBe("data:image/webp;base64,UklGRg");
  expect(thumbnailUri({ ...PHOTO, thumbnail: "PHN2Zz4" })).toBeNull();
  expect(thumbnailUri(PHOTO)).toBeNull();
});

test("a file is said by its name and its caption, and a deleted one as deleted", () => {
  expect(lineOf(message())).toBe("📎 photo.jpg");
  expect(lineOf(message({ text: "At the\nsea" }))).toBe("📎 photo.jpg – At the sea");
  const { file: _file, ...rest } = message({ isDeleted: true });
  expect(lineOf(rest)).toBe("Message deleted");
  expect(isFileRecord(rest)).toBe(false);
  const preview = (more: object) =>
    previewText({
      preview: { kind: "file", text: "", isDeleted: false, ...more },
    } as ListedConversation);
  expect(preview({ fileName: "a.zip" })).toBe("📎 a.zip");
  expect(preview({ fileName: "a.zip", text: "Old" })).toBe("📎 a.zip – Old");
  expect(preview({ isDeleted: true })).toBe("Message deleted");
});

test("sizes and endings are said as people do", () => {
  expect(sizeText(900)).toMatch(/^900 bytes$/);
  expect(sizeText(1_500)).toMatch(/^1.5 kB$/);
  expect(sizeText(12 * 1024 * 1024)).toMatch(/^12 MB$/);
  expect(detailsText({ name: "paper.tar.gz", size: 1_024 })).toMatch(/^GZ · 1 kB$/);
  expect(detailsText({ name: "README", size: 1_024 })).toMatch(/^1 kB$/);
});

test("each fault of a file is said in plain words, and what was called off is none", () => {
  const codes = ["too-large", "unreadable", "no-room", "expired", "tampered"] as const;
  const texts = codes.map((code) => faultOf(new FileError(code))?.text ?? "");
  expect(new Set(texts).size).toBe(codes.length);
  for (const text of texts) expect(text).toMatch(/^\p{Lu}.*\.$/u);
  expect(faultOf(new FileError("cancelled"))).toBeNull();
  expect(faultOf(new FileError("expired"))?.canTryAgain).toBe(false);
  expect(faultOf(new ConnectionError("gone"))).toMatchObject({
    isOffline: true,
    canTryAgain: true,
  });
});
