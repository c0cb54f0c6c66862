// What Ben's devices do at their mailbox in a model-based run, and what befalls it.

import type { Person } from "./cast.ts";
import { type Command, command } from "./command.ts";
import type { Oracle } from "./oracle.ts";
import type { MailboxLine } from "./requestsOracle.ts";

export type Listener = "ben" | "bensTablet";

const MOST_LINES_PER_DEVICE = 3;

export const dial = (name: Listener): Command =>
  command(`${name} opens its mailbox and says nothing yet`, async (oracle, world) => {
    if (linesOf(oracle, name).length < MOST_LINES_PER_DEVICE) {
      await world.mailboxes.dial(oracle, name);
    }
  });

/** On a connection that is there, greeted before or not, else on a new one. */
export const listen = (name: Listener, isFromStart: boolean): Command =>
  command(
    `${name} says hello from ${isFromStart ? "the start" : "its cursor"}`,
    async (oracle, world) => {
      const [open] = linesOf(oracle, name);
      const line = open ?? (await world.mailboxes.dial(oracle, name));
      await world.mailboxes.hello(oracle, line, isFromStart);
    },
  );

export const hangUp = (name: Listener): Command =>
  command(`${name} hangs up`, async (oracle) => {
    const [line] = linesOf(oracle, name);
    if (line === undefined) return;
    await line.socket.ask();
    oracle.requests.hangUp(line);
    line.socket.close();
  });

export const blockAsker = command(
  "ben blocks ann",
  async (oracle, world) => {
    await world.mailboxes.setBlocked(true);
    if (oracle.opening !== null) oracle.requests.blocked(oracle.opening.sid);
  },
  ({ to }) => to === "ben",
);

export const evictMailbox = (person: Person, webSockets: "hibernate" | "close"): Command =>
  command(`evict ${person}'s mailbox, sockets ${webSockets}`, (oracle, world) =>
    world.mailboxes.evict(oracle, person, webSockets),
  );

function linesOf({ requests }: Oracle, name: Listener): MailboxLine[] {
  return requests.lines.filter((line) => line.name === name && !line.socket.isClosed);
}
