// Several devices of one account, for tests: each with a store of its own.

import {
  Acquaint,
  type AcquaintEvent,
  type AcquaintOptions,
  type Applicant,
  memoryStore,
} from "../../shared/client/node.ts";
import { atEnd } from "./endings.ts";
import { codeOf, IMPATIENT, openClient } from "./clients.ts";

/** The next event, if none that went before was one. */
export function nextEvent(
  client: Acquaint,
  isIt: (event: AcquaintEvent) => boolean,
): Promise<AcquaintEvent> {
  return new Promise((resolve) => {
    const off = client.on((event) => {
      if (!isIt(event)) return;
      off();
      resolve(event);
    });
  });
}

export const isNamed =
  (...names: AcquaintEvent["event"][]) =>
  ({ event }: AcquaintEvent): boolean =>
    names.includes(event);

/** The device that waits to be let in, as soon as it does. */
export async function applicantAt(client: Acquaint): Promise<Applicant> {
  const devices = await client.devices();
  for (;;) {
    const told = nextEvent(client, isNamed("devices"));
    const [applicant] = await devices.applicants();
    if (applicant !== undefined) return applicant;
    await told;
  }
}

/** Resolves once it stands in the log and has gone over: its account, opened anew. */
export async function joinTo(
  owner: Acquaint,
  server: string,
  { name = "another device", ...options }: Partial<AcquaintOptions> = {},
): Promise<Acquaint> {
  const store = options.store ?? memoryStore();
  const newcomer = await openClient(server, { ports: IMPATIENT, ...options, store });
  newcomer.connect();
  const joined = nextEvent(newcomer, isNamed("joined"));
  const devices = await owner.devices();
  const shown = await devices.link();
  const entered = await (await newcomer.devices()).join(codeOf(shown), name);
  await Promise.all([shown.contact, entered.contact]);
  await devices.admit((await applicantAt(owner)).userId);
  await joined;
  const device = await Acquaint.open({ ports: IMPATIENT, ...options, store, server });
  atEnd(() => device.close());
  return device;
}
