// The line and what an app sees of it, put together.

import type { ContactBook } from "../contactBook.ts";
import type { Device } from "../device.ts";
import type { Listeners } from "../listeners.ts";
import type { AcquaintEvent } from "../model.ts";
import { MailboxLine } from "../mailboxLine.ts";
import type { Ports } from "../ports.ts";
import type { Requests } from "../requests.ts";
import type { Store } from "../store/store.ts";
import { Files } from "./files.ts";
import { Line } from "./line.ts";
import { Messages } from "./messages.ts";
import type { Connection } from "./tabs.ts";
import { Verification } from "./verification.ts";

interface Surroundings {
  readonly device: Device;
  readonly ports: Ports;
  readonly store: Store;
  readonly contacts: ContactBook;
  readonly listeners: Listeners<AcquaintEvent>;
  /** Holds a line to the mailbox. */
  readonly connect: () => void;
}

export function openLine({ device, ports, store, contacts, listeners, connect }: Surroundings) {
  const line = new Line(device, ports, store, contacts, (event) => listeners.tell(event));
  line.files.connect = connect;
  contacts.sharing = line.handover;
  const files = new Files(line.files, contacts);
  const messages = new Messages({ line, store, ports, contacts, files, listeners, connect });
  const verification = new Verification({ device, ports, store, logs: line.logs });
  const mailboxLine = (requests: Requests, onState: (state: Connection) => void) =>
    new MailboxLine({ device, ports, store, contacts, requests, line, listeners, onState });
  return { line, messages, verification, mailboxLine };
}
