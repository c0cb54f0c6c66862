// Devices on the line as the server sees them: contacts, sealed boxes of random bytes, sockets that read.

import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { expect, vi } from "vitest";
import type { DeviceBox, Envelope } from "../../../shared/wire/line.ts";
import { mailboxNoticeSchema } from "../../../shared/wire/mailbox.ts";
import type { Actor } from "../../../workers/auth/tokens.ts";
import { Mailbox } from "../../../workers/mailbox/Mailbox.ts";
import { randomText, type TestAccount } from "./accounts.ts";
import { changeStored } from "./asking.ts";
import { contactErrand } from "./pairing.ts";
import { connectToMailbox, type TestSocket, type Told } from "./sockets.ts";

export function mailboxOf({ userId }: Pick<Actor, "userId">) {
  return env.MAILBOXES.getByName(userId);
}

/** Each has the other as a contact, without an attempt. */
export async function befriend(a: TestAccount, b: TestAccount): Promise<void> {
  await Promise.all([
    mailboxOf(a).take(contactErrand(a.userId, b.userId)),
    mailboxOf(b).take(contactErrand(b.userId, a.userId)),
  ]);
}

/** The device is no device of the account any more. */
export async function removeDevice({ userId, deviceId }: Actor): Promise<void> {
  await changeStored(userId, ({ sql }) => {
    sql.exec("DELETE FROM device WHERE device_id = ?", deviceId);
  });
}

export function boxesFor(devices: readonly number[] = [0], bytes = 60): DeviceBox[] {
  return devices.map((device) => ({ device, box: randomText(bytes) }));
}

export function sendTo(
  { userId }: Pick<Actor, "userId">,
  number: number,
  boxes: readonly DeviceBox[] = boxesFor(),
) {
  return { type: "send", number, to: userId, boxes } as const;
}

export const received = (through: number) => ({ type: "received", through }) as const;

/** A socket that has said hello and reads. */
export async function read(
  device: Actor,
  hello: { after?: number; reads?: boolean } = {},
): Promise<TestSocket> {
  const socket = await connectToMailbox(device);
  const told = await socket.ask({ type: "hello", after: 0, reads: true, ...hello });
  for (const notice of told) expect(mailboxNoticeSchema.safeParse(notice).success).toBe(true);
  return socket;
}

export function envelopesIn(told: readonly Told[]): Envelope[] {
  return told.flatMap((notice) =>
    notice.type === "envelopes" ? (notice["envelopes"] as Envelope[]) : [],
  );
}

/** Resolves once that many envelopes have arrived altogether. */
export async function envelopesAt(socket: TestSocket, count: number): Promise<Envelope[]> {
  for (;;) {
    const envelopes = envelopesIn(socket.told);
    if (envelopes.length >= count) return envelopes;
    if (socket.isClosed) throw new Error(`the socket closed after ${envelopes.length} envelopes`);
    await socket.toldFrom(socket.told.length, 1);
  }
}

/** As `envelopesAt`, and confirms what has arrived, the last of it included. */
export async function takeEnvelopes(socket: TestSocket, count: number): Promise<Envelope[]> {
  for (let next = 1; ;) {
    const envelopes = await envelopesAt(socket, next);
    socket.send(received(envelopes.at(-1)?.sequence ?? 0));
    if (envelopes.length >= count) return envelopes;
    next = envelopes.length + 1;
  }
}

/** Resolves with `stored` or the code of the refusal, once each of these numbers has been answered. */
export async function answersTo(
  socket: TestSocket,
  numbers: readonly number[],
): Promise<Map<number, string>> {
  for (;;) {
    const answers = new Map<number, string>();
    for (const told of socket.told) {
      if (told.type === "stored")
        for (const number of told["numbers"]) answers.set(number, "stored");
      if (told.type === "refused") answers.set(told["number"], told["problem"].code);
    }
    if (numbers.every((number) => answers.has(number))) return answers;
    if (socket.isClosed) throw new Error("the socket closed before every answer");
    await socket.toldFrom(socket.told.length, 1);
  }
}

/** Resolves once that message has been stored, whatever was said of it before. */
export async function storedBy(socket: TestSocket, number: number): Promise<void> {
  const isStored = ({ type, numbers }: Told) => type === "stored" && numbers.includes(number);
  while (!socket.told.some(isStored)) await socket.toldFrom(socket.told.length, 1);
}

/** Rows that wait, by receiving device. */
export async function heldBy(
  account: Pick<Actor, "userId">,
): Promise<{ device: number; box: string }[]> {
  return runInDurableObject(mailboxOf(account), (_, { storage }) =>
    storage.sql
      .exec<{ device: number; box: string }>(
        "SELECT device, box FROM envelope ORDER BY device, sequence",
      )
      .toArray(),
  );
}

interface Failing {
  left: number;
  at: "before" | "after";
}

/** Has messages fail on their way to that account's mailbox, before or after it did its part. */
export function failDeliveries(
  { userId }: Pick<Actor, "userId">,
  left: number,
  at: Failing["at"] = "before",
): Failing {
  const failing: Failing = { left, at };
  const deliver = Mailbox.prototype.deliver;
  vi.spyOn(Mailbox.prototype, "deliver").mockImplementation(async function (
    this: Mailbox,
    ...given
  ) {
    const { id } = Reflect.get(this, "ctx") as DurableObjectState;
    const isFailing = id.name === userId && failing.left > 0;
    if (isFailing) failing.left -= 1;
    if (isFailing && failing.at === "before") throw new Error("the mailbox is away");
    const outcomes = await deliver.apply(this, given);
    if (isFailing) throw new Error("the mailbox is away");
    return outcomes;
  });
  return failing;
}

/** Messages come to mailboxes that answer no earlier than they are let. */
export function holdDeliveries(): { begun: number; isHeld: boolean } {
  const held = { begun: 0, isHeld: true };
  const deliver = Mailbox.prototype.deliver;
  vi.spyOn(Mailbox.prototype, "deliver").mockImplementation(async function (
    this: Mailbox,
    ...given
  ) {
    held.begun += 1;
    while (held.isHeld) await new Promise((resolve) => setTimeout(resolve, 2));
    return deliver.apply(this, given);
  });
  return held;
}
