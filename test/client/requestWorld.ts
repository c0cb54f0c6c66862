// A PairingWorld whose mailbox's line is open, with a request of Ben's that waits, and what was told of requests.

import { type Acquaint, memoryStore } from "../../shared/client/node.ts";
import { CEM, eventually, HIGHEST_SID, PairingWorld } from "./pairingWorld.ts";
import type { TestSocket } from "./world.ts";

export async function openLine(store = memoryStore()) {
  const world = new PairingWorld();
  const acquaint = await world.open(store);
  acquaint.connect();
  return { world, acquaint, line: await world.line() };
}

/** As openLine, with a request of Ben's that waits. */
export async function withRequest(members: Parameters<PairingWorld["request"]>[1] = {}) {
  const opened = await openLine();
  const request = opened.world.request(HIGHEST_SID, members);
  await opened.world.ring(opened.line, opened.acquaint, request);
  return { ...opened, request };
}

export const sidsOf = ({ requests }: Acquaint) => requests.waiting.map(({ sid }) => sid);
export const changes = ({ told }: PairingWorld) =>
  told.filter(({ event }) => event === "requests").length;
export const oversOf = ({ told }: PairingWorld) =>
  told.filter(({ event }) => event === "requestOver");

/** Lets the line take in what it was told, which it does in order. */
export async function heardAll(world: PairingWorld, line: TestSocket): Promise<void> {
  const before = oversOf(world).length;
  line.say([world.over(world.request("_".repeat(21) + "A", { from: CEM }), "timedOut", 1)]);
  await eventually(() => oversOf(world).length > before);
  world.told.splice(world.told.indexOf(oversOf(world).at(-1)!), 1);
}
