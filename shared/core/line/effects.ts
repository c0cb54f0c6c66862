// What a content does to the messages that it names. Each author changes its own messages only, since an edit
// or a deletion names one of its sender's.

import type { Reference } from "./content.ts";
import type { AppliedContent, AppliedFile } from "./conversation.ts";
import {
  arrived,
  type Author,
  deleted,
  edited,
  type FileFacts,
  type MessageRecord,
  otherThan,
  type OwnState,
  reacted,
  readAt,
  received,
} from "./messageRecord.ts";
import { devicesId, timerId } from "./noticeIds.ts";

interface Target {
  readonly author: Author;
  readonly id: string;
}

/** The messages that a content is, or is about. */
export function targets(author: Author, content: AppliedContent): Target[] {
  switch (content.kind) {
    case "text":
    case "file":
      return [{ author, id: content.id }];
    case "unknown":
      return content.id === undefined ? [] : [{ author, id: content.id }];
    case "timer":
      return [{ author, id: timerId(content) }];
    case "edit":
    case "delete":
      return [{ author, id: content.of }];
    case "reaction":
      return [referred(author, content.of)];
    case "receipt":
      return [...new Set(content.of)].map((id) => ({ author: otherThan(author), id }));
    case "devices":
      return [{ author, id: devicesId(content) }];
    case "resend":
    case "typing":
    case "join":
    case "joined":
    case "joinRefused":
      return [];
  }
}

interface Circumstances {
  /** For a message that comes. */
  readonly order: string;
  readonly now: number;
  /** Of an own message that comes. */
  readonly state: OwnState;
}

/** The same record when the content is no news. */
export function effectOf(
  author: Author,
  content: AppliedContent,
  { order, now, state }: Circumstances,
): (record: MessageRecord) => MessageRecord {
  const own = author === "me" ? { state } : {};
  switch (content.kind) {
    case "text":
    case "file": {
      const { kind, at, text = "", replyTo, lifetimeSeconds } = content;
      return (record) =>
        arrived(record, {
          kind,
          at,
          order,
          text,
          ...(content.kind === "file" && { file: factsOf(content) }),
          ...own,
          ...(replyTo === undefined ? {} : { replyTo: referred(author, replyTo) }),
          ...(lifetimeSeconds === undefined ? {} : { lifetimeSeconds }),
        });
    }
    case "unknown": {
      const { at = now } = content;
      return (record) => arrived(record, { kind: "unknown", at, order, text: "", ...own });
    }
    case "timer": {
      const { at, seconds: timerSeconds, count: timerCount } = content;
      const notice = { kind: "timer", at, order, text: "", timerSeconds, timerCount } as const;
      return (record) => arrived(record, notice);
    }
    case "edit":
      return (record) => edited(record, content);
    case "delete":
      return deleted;
    case "reaction":
      return (record) => reacted(record, author, { emoji: content.emoji, at: content.at });
    case "receipt":
      if (author === "peer") return (record) => received(record, content.state);
      return (record) => (content.state === "read" ? readAt(record, now) : record);
    case "devices": {
      const { at, change: devicesChange } = content;
      const notice = { kind: "devices", at, order, text: "", devicesChange } as const;
      return (record) => arrived(record, notice);
    }
    case "resend":
    case "typing":
    case "join":
    case "joined":
    case "joinRefused":
      return (record) => record;
  }
}

function factsOf({ name, type, size, blob, thumbnail, width, height }: AppliedFile): FileFacts {
  return {
    name,
    type,
    size: blob?.size ?? size ?? 0,
    ...(blob !== undefined && { blob }),
    ...(thumbnail !== undefined && { thumbnail }),
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
  };
}

function referred(author: Author, { by, id }: Reference): Target {
  return { author: by === "sender" ? author : otherThan(author), id };
}
