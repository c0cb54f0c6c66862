// What the parts of the line share.

import type { ContactBook } from "../contactBook.ts";
import type { Device } from "../device.ts";
import type { AcquaintEvent } from "../model.ts";
import type { Ports } from "../ports.ts";
import type { Change, Store } from "../store/store.ts";
import type { MailboxRequest } from "../../wire/mailbox.ts";
import type { AccountLogs } from "./accountLogs.ts";
import type { ConversationWork } from "./conversationWork.ts";
import type { Outbox } from "./outbox.ts";
import type { PrekeyBox } from "./prekeyBox.ts";

/** What the one of a device's tabs and processes holds that reads and writes on the line. */
export function lineName({ origin }: Device): string {
  return `line ${origin}`;
}

export interface LineContext {
  readonly device: Device;
  readonly ports: Ports;
  readonly store: Store;
  readonly contacts: ContactBook;
  readonly logs: AccountLogs;
  readonly prekeys: PrekeyBox;
  readonly outbox: Outbox;
  /** Sessions and conversations are read, changed and stored by one piece of work at a time. */
  readonly alone: <Value>(work: () => Promise<Value>) => Promise<Value>;
  /** Stores what was done alone. @throws TurnOver if another tab has overtaken this one meanwhile */
  readonly apply: (changes: readonly Change[]) => Promise<void>;
  /** One frame; false without a connection. */
  readonly say: (messages: readonly MailboxRequest[]) => boolean;
  /** Stores the work with what goes along, then tells of it. */
  readonly keep: (work: ConversationWork, others: readonly Change[]) => Promise<void>;
  readonly tell: (event: AcquaintEvent) => void;
}
