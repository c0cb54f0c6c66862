// The line and what an app sees of it, put together.

import type { ContactBook } from "../contactBook.ts";
import type { Device } from "../device.ts";
import type { Listeners } from "../listeners.ts";
import type { AcquaintEvent } from "../model.ts";
import { MailboxLine } from "../mailboxLine.ts";
import type { Me } from "../model.ts";
import type { Ports } from "../ports.ts";
import type { Requests } from "../requests.ts";
import { RoomsDoor } from "../rooms/door.ts";
import { Rooms } from "../rooms/rooms.ts";
import type { Store } from "../store/store.ts";
import { Files } from "./files.ts";
import { Line } from "./line.ts";
import { Messages } from "./messages.ts";
import { Badges } from "../taps/badges.ts";
import { ContactRequests } from "../taps/contactRequests.ts";
import { WitnessDoor } from "../taps/witnessDoor.ts";
import { TapsDoor } from "../taps/door.ts";
import type { Connection } from "./tabs.ts";
import { Verification } from "./verification.ts";

interface Surroundings {
  readonly device: Device;
  readonly ports: Ports;
  readonly store: Store;
  readonly contacts: ContactBook;
  readonly listeners: Listeners<AcquaintEvent>;
  readonly me: () => Pick<Me, "name" | "handle">;
  /** Holds a line to the mailbox. */
  readonly connect: () => void;
}

export function openLine(surroundings: Surroundings) {
  const { device, ports, store, contacts, listeners, me, connect } = surroundings;
  const ownName = () => me().name;
  const line = new Line(device, ports, store, contacts, (event) => listeners.tell(event));
  line.files.connect = connect;
  contacts.sharing = line.handover;
  const { logs, handover } = line;
  const witness = new WitnessDoor({ device, ports, store, contacts, logs, handover, listeners });
  contacts.onNews = () => witness.look();
  contacts.verify = (userId) => witness.verify(userId);
  const files = new Files(line.files, contacts);
  const messages = new Messages({ line, store, ports, contacts, files, listeners, connect });
  const verification = new Verification({ device, ports, store, logs }, () =>
    listeners.tell({ event: "contacts" }),
  );
  contacts.isCompared = (userId) => verification.isCompared(userId);
  const taps = new TapsDoor({
    ...surroundings,
    logs,
    ownName,
    leavePrekeys: () => line.preparePrekeys(),
  });
  const contactRequests = new ContactRequests(ports, contacts, listeners);
  const badges = new Badges({ device, ports, store, contacts, requests: contactRequests });
  const rooms = new Rooms(new RoomsDoor({ device, ports, store, requests: contactRequests, me }));
  const mailboxLine = (requests: Requests, onState: (state: Connection) => void) =>
    new MailboxLine({
      device,
      ports,
      store,
      contacts,
      requests,
      contactRequests,
      line,
      taps,
      listeners,
      onState: (state) => {
        if (state === "online") witness.online();
        onState(state);
      },
      onClose: () => witness.close(),
    });
  return { line, messages, verification, taps, badges, rooms, witness, mailboxLine };
}
