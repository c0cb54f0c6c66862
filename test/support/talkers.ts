// People who write to each other: what each has sent, what the server has stored of it, and what each was shown.

import { expect } from "vitest";
import type { Acquaint, AcquaintOptions, MessageRecord } from "../../shared/client/node.ts";
import { IMPATIENT, meet, openClient } from "./clients.ts";

/** A device and the texts that its program was told of, in their order. */
export interface Talker {
  readonly client: Acquaint;
  readonly told: string[];
}

/** A device that holds a line to its mailbox and comes back soon after a loss. */
export async function openTalker(
  server: string,
  options: Partial<AcquaintOptions> = {},
): Promise<Talker> {
  const client = await openClient(server, { ports: IMPATIENT, ...options });
  return talkerOn(client);
}

export function talkerOn(client: Acquaint): Talker {
  const told: string[] = [];
  client.on((event) => {
    if (event.event === "message") told.push(event.message.text);
  });
  client.connect();
  return { client, told };
}

/** Two who have met, and are connected. */
export async function openTalkers(
  [server, others = server]: readonly [string, string?],
  options: readonly [Partial<AcquaintOptions>?, Partial<AcquaintOptions>?] = [],
): Promise<[Talker, Talker]> {
  const a = await openTalker(server, { name: "Ada", ...options[0] });
  const b = await openTalker(others, { name: "Ben", ...options[1] });
  await meet(a.client, b.client);
  return [a, b];
}

export function idOf({ client }: Talker): string {
  return client.me.userId;
}

/** Resolves once it is so; looked at after each event of the device. */
export function whenSo(client: Acquaint, isSo: () => boolean | Promise<boolean>): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      Promise.resolve(isSo()).then((holds) => {
        if (!holds) return;
        off();
        resolve();
      }, reject);
    };
    const off = client.on(look);
    look();
  });
}

/** Resolves once that many texts were told of. */
export function whenTold({ client, told }: Talker, count: number): Promise<void> {
  return whenSo(client, () => told.length >= count);
}

/** The whole conversation, the oldest first. */
export function conversationOf({ client }: Talker, peer: Talker): Promise<MessageRecord[]> {
  return client.messages.page(idOf(peer), { limit: 100_000 });
}

/** Every one of them, once, in the order in which they were sent: as told, and as the conversation shows it. */
export async function expectShownOnce(
  reader: Talker,
  writer: Talker,
  sent: readonly string[],
  label?: string,
): Promise<void> {
  expect(reader.told, label).toEqual(sent);
  const shown = await conversationOf(reader, writer);
  const texts = shown.filter(({ author }) => author === "peer").map(({ text }) => text);
  expect(texts, label).toEqual(sent);
}

interface Writing {
  readonly texts: readonly string[];
  /** How many may wait for the server at a time. */
  readonly window: number;
  readonly onStored?: () => void;
}

/** Sends texts in order; resolves once the server has said of each that it is stored. */
export async function write(
  writer: Talker,
  reader: Talker,
  { texts, window, onStored = () => {} }: Writing,
): Promise<void> {
  const { messages } = writer.client;
  const underWay = new Set<Promise<void>>();
  for (const text of texts) {
    const message = await messages.send(idOf(reader), text);
    const stored = messages.stored(message).then(onStored);
    const settled = stored.finally(() => underWay.delete(settled));
    underWay.add(settled);
    if (underWay.size >= window) await Promise.race(underWay);
  }
  await Promise.all(underWay);
}

export function textsOf(author: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${author} ${index}`);
}
