// Devices that touch, and what the mailboxes of both accounts list then: with proofs that hold, unless a test spoils them.

import { fromBase64Url, toBase64Url } from "../../../shared/core/crypto/bytes.ts";
import { encodeCertificate } from "../../../shared/core/tap/certificate.ts";
import { receiptHashOf } from "../../../shared/core/tap/proofs.ts";
import {
  approvalStatement,
  requestStatement,
  tapStatement,
} from "../../../shared/core/tap/statements.ts";
import { encodeTicket, nonceOf, ticketToBeSigned } from "../../../shared/core/tap/ticket.ts";
import type { RequestProof } from "../../../shared/wire/contactRequests.ts";
import type { ContactProof, ContactRecord } from "../../../shared/wire/mailbox.ts";
import type { TapProof } from "../../../shared/wire/tap.ts";
import { AccountServer, Owner, OwnDevice } from "../handover/ownDevices.ts";

const fill = (length: number, value: number) => toBase64Url(new Uint8Array(length).fill(value));

/** What the server says by then. */
export const shareOf = (value: number) => new Uint8Array(16).fill(value);

/** As the device makes it. @param share the value of its bytes */
export async function ticketOf(
  { device, userId }: OwnDevice,
  at: number,
  { share = 1, as = userId } = {},
): Promise<string> {
  const claims = {
    keyId: new Uint8Array(2),
    userId: as,
    expiresAtSeconds: Math.floor(at / 1_000) + 3_600,
    certificateId: new Uint8Array(8),
    signKey: device.self.signKey,
  };
  const certificate = encodeCertificate(claims, new Uint8Array(64));
  const seconds = Math.floor(at / 1_000);
  const nonce = nonceOf(shareOf(share));
  const signature = await device.sign(ticketToBeSigned(certificate, nonce, seconds));
  return toBase64Url(encodeTicket(certificate, nonce, seconds, signature));
}

/** The one reads the ticket of the other. */
export async function touch(
  reader: OwnDevice,
  holder: OwnDevice,
  { at = reader.server.clock.now(), id = 1, ticket }: Partial<Touch> = {},
): Promise<TapProof> {
  const tapId = fill(16, id);
  const shown = ticket ?? (await ticketOf(holder, at));
  const { device } = reader;
  const statement = tapStatement(tapId, reader.userId, device.self.deviceId, fromBase64Url(shown));
  const signature = toBase64Url(await device.sign(statement));
  const by = { by: reader.userId, device: device.self.deviceId };
  return { kind: "tap", tapId, ...by, ticket: shown, signature, at };
}

interface Touch {
  readonly at: number;
  readonly id: number;
  readonly ticket: string;
}

/** The one asks by a badge, unless it is in a room, and the other approves. */
export async function request(
  asker: OwnDevice,
  owner: OwnDevice,
  via: RequestProof["via"] = "badge",
): Promise<RequestProof> {
  const requestId = fill(16, 9);
  const [by, device] = [asker.userId, asker.device.self.deviceId];
  const statement = requestStatement(requestId, by, device, owner.userId, via);
  const approvedBy = owner.device.self.deviceId;
  return {
    kind: "request",
    requestId,
    via,
    by,
    device,
    signature: toBase64Url(await asker.device.sign(statement)),
    approvedBy,
    approval: toBase64Url(await owner.device.sign(approvalStatement(statement, approvedBy))),
    at: asker.server.clock.now(),
  };
}

/** Both mailboxes list each other's account so, the earliest proof first; nobody is told yet. */
export function listed(
  [one, other]: readonly [OwnDevice, OwnDevice],
  proofs: readonly ContactProof[],
  changes: Partial<ContactRecord> = {},
): void {
  const [first] = proofs;
  const { server } = one;
  for (const [own, peer] of [
    [one.userId, other.userId],
    [other.userId, one.userId],
  ] as const) {
    const before = server.listed.get(`${own} ${peer}`)?.sequence ?? 0;
    server.contacts.set(own, (server.contacts.get(own) ?? new Set()).add(peer));
    const to = first?.by === own ? peer : own;
    server.listed.set(`${own} ${peer}`, {
      method: first?.kind === "request" ? first.via : "tap",
      sequence: Math.max(before + 1, server.clock.now()),
      ...(first !== undefined && { metAt: first.at, receiptHash: receiptHashOf(first, to) }),
      ...(proofs.length > 0 && { proofs: [...proofs] }),
      ...changes,
    });
  }
}

/** Reads the lists anew, and lets what follows be done. */
export async function hear(...devices: OwnDevice[]): Promise<void> {
  for (const { contacts } of devices) await contacts.refresh();
  for (let round = 0; round < 2; round++) for (const device of devices) await device.atRest();
}

/** Two strangers; who has another name is somebody else. */
export async function openTwo(names: readonly [string, string] = ["Ann", "Ben"]) {
  const server = new AccountServer();
  const open = async (name: string) => {
    const device = await OwnDevice.open(server, new Owner(name));
    await device.profile.update({ name });
    return device.connect();
  };
  return { server, ann: await open(names[0]), ben: await open(names[1]) };
}

/** One more device of that account, known to all of its devices. */
export async function another(first: OwnDevice): Promise<OwnDevice> {
  const { server, owner } = first;
  const added = await OwnDevice.open(server, owner, owner.add());
  for (const { device } of [first, added]) await device.learnLog(owner.log);
  const { name } = first.profile.me;
  await added.store.put("settings", "name", { name, changedAt: 1 });
  await (await added.connect()).atRest();
  await first.atRest();
  return added;
}
