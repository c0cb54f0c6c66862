// TAP-4: what ties a member to a group is verified member by member, and a compared phrase by the word of all.

import { ed25519 } from "@noble/curves/ed25519.js";
import { expect, test } from "vitest";
import {
  isComparedBy,
  type KeyOf,
  verifiedMembers,
} from "../../../shared/client/taps/groupChecks.ts";
import { fromBase64Url, toBase64Url } from "../../../shared/core/crypto/bytes.ts";
import { tableStatement, tapStatement } from "../../../shared/core/tap/statements.ts";
import type { Group, GroupMember } from "../../../shared/wire/tap.ts";
import { corrupted } from "../../support/corrupted.ts";
import { Account } from "../../core/deviceLogAccount.ts";
import { refusal } from "../world.ts";
import { TapWorld } from "./tapWorld.ts";

const TAP_ID = toBase64Url(new Uint8Array(16).fill(5));
const ACCOUNTS = ["ada", "ben", "cem"].map((name) => new Account(name));
const ADA = ACCOUNTS[0]!.verified;

const secretOf = (account: Account) => account.devices.get(0)!.secret;
const nobodyKnown: KeyOf = () => null;
const allKnown: KeyOf = (userId, deviceId) =>
  ACCOUNTS.map(({ verified }) => verified)
    .find((log) => log.userId === userId)
    ?.devices.find((device) => device.deviceId === deviceId)?.signKey;

/** Ada has gathered Ben and Cem at a table, and all have confirmed. */
function groupAtTable(): Group {
  const world = new TapWorld();
  const phones = ACCOUNTS.map((account) => world.phone(account.name, account));
  const seats = phones.map(({ ticket, share }) => ({
    ticket: fromBase64Url(ticket),
    share: fromBase64Url(share),
  }));
  const statement = tableStatement(TAP_ID, seats);
  const members = ACCOUNTS.map((account, index): GroupMember => {
    const { ticket, share, userId } = phones[index]!;
    const { deviceId } = ADA.devices[0]!;
    const read = tapStatement(TAP_ID, ADA.userId, deviceId, fromBase64Url(ticket));
    return {
      userId,
      deviceId: account.verified.devices[0]!.deviceId,
      ticket,
      signature: index === 0 ? null : toBase64Url(ed25519.sign(read, secretOf(ACCOUNTS[0]!))),
      confirmation: toBase64Url(ed25519.sign(statement, secretOf(account))),
      share,
    };
  });
  return { groupId: TAP_ID, createdAt: 1, tapId: TAP_ID, by: ADA.userId, members };
}

const changed = (group: Group, index: number, members: Partial<GroupMember>): Group => ({
  ...group,
  members: group.members.with(index, { ...group.members[index]!, ...members }),
});
const verifiedIn = (group: Group, keyOf = allKnown) => [...verifiedMembers(group, keyOf)].length;
const isCompared = ({ tapId, members }: Group, keyOf = allKnown, own = ADA.userId) =>
  isComparedBy(own, tapId, members, keyOf);
/** Of Ada's account, on a device that knows nobody else's. */
const ownKnown: KeyOf = (userId, deviceId) =>
  userId === ADA.userId ? allKnown(userId, deviceId) : null;

test("TAP-4: all members of a table verify, whether their devices are known or not", () => {
  const group = groupAtTable();
  expect([verifiedIn(group), isCompared(group)]).toEqual([3, true]);
  expect([verifiedIn(group, ownKnown), isCompared(group, ownKnown)]).toEqual([3, true]);
});

test("TAP-4: without a table the initiator's device is known by its log alone", () => {
  const group = changed(groupAtTable(), 0, { ticket: null, share: null, confirmation: null });
  expect(verifiedIn(group)).toBe(3);
  expect(verifiedIn(group, nobodyKnown)).toBe(0);
  expect(isCompared(group)).toBe(false);
});

test("TAP-4: a member whose ticket the initiator has not read is not tied to the group", () => {
  const group = groupAtTable();
  expect(verifiedIn(changed(group, 1, { signature: null }))).toBe(2);
  const { signature } = group.members[2]!;
  expect(verifiedIn(changed(group, 1, { signature }))).toBe(2);
  expect(verifiedIn(changed(group, 1, { ticket: corrupted(group.members[1]!.ticket!) }))).toBe(2);
});

test("TAP-4: a member under another's name, or with a device that its log does not list, does not verify", () => {
  const group = groupAtTable();
  const dan = new Account("dan").verified;
  expect(verifiedIn(changed(group, 1, { userId: dan.userId }), nobodyKnown)).toBe(2);
  const { deviceId } = dan.devices[0]!;
  expect(verifiedIn(changed(group, 1, { deviceId }))).toBe(2);
});

test("TAP-5: a group is compared only by the word of every member on these tickets and shares", () => {
  const group = groupAtTable();
  const [ada, ben] = group.members as [GroupMember, GroupMember];
  expect(isCompared(changed(group, 1, { confirmation: null }))).toBe(false);
  expect(isCompared(changed(group, 1, { confirmation: ada.confirmation }))).toBe(false);
  expect(isCompared(changed(group, 2, { share: ben.share }))).toBe(false);
  expect(isCompared({ ...group, members: group.members.toReversed() })).toBe(false);
  expect(isCompared({ ...group, members: group.members.slice(0, 2) })).toBe(false);
});

test("TAP-5: what strangers have compared, as a server could make up, is nothing that this account has", () => {
  const group = groupAtTable();
  const dan = new Account("dan").verified;
  expect(isCompared(group, ownKnown, dan.userId)).toBe(false);
  expect(isCompared(group, nobodyKnown)).toBe(false);
});

/** Ann's device, whose server lists these groups. */
async function openWith(groups: Map<string, Group>) {
  const world = new TapWorld();
  const ann = await world.open();
  let reads = 0;
  let readsMax = Infinity;
  world.respond = (path) => {
    if (path === "/v1/groups") return Response.json({ groups: [...groups.keys()] });
    const group = groups.get(path.replace("/v1/groups/", ""));
    if (group === undefined) return undefined;
    reads += 1;
    return reads > readsMax ? refusal("too-many-requests") : Response.json(group);
  };
  const letRead = (count: number) => {
    reads = 0;
    readsMax = count;
  };
  return { ann, letRead };
}

test("TAP-4: members that were verified once stay so when the initiator has left, unless another device is shown", async () => {
  const group = groupAtTable();
  const groups = new Map([[group.groupId, group]]);
  const { ann } = await openWith(groups);
  const seen = async () =>
    (await ann.groups.get(group.groupId)).members.map(({ verified }) => verified);
  const left = { ...group, members: group.members.slice(1) };
  groups.set(group.groupId, left);
  expect(await seen()).toEqual([false, false]); // nobody has seen whom Ada has read
  groups.set(group.groupId, group);
  expect(await seen()).toEqual([true, true, true]);
  groups.set(group.groupId, left);
  expect(await seen()).toEqual([true, true]);
  groups.set(group.groupId, changed(left, 1, { ticket: group.members[1]!.ticket }));
  expect(await seen()).toEqual([true, false]);
});

test("TAP-4: more groups than the server lets be read at a time are listed as far as they are known, the latest first", async () => {
  const group = groupAtTable();
  const ids = Array.from({ length: 20 }, (_, id) => toBase64Url(new Uint8Array(16).fill(id)));
  const groups = new Map(
    ids.map((groupId, index) => [groupId, { ...group, groupId, createdAt: index }] as const),
  );
  const { ann, letRead } = await openWith(groups);
  letRead(8);
  const listed = async () => (await ann.groups.list()).map(({ createdAt }) => createdAt);
  expect(await listed()).toEqual([19, 18, 17, 16, 15, 14, 13, 12]);
  letRead(3);
  expect(await listed()).toEqual([19, 18, 17, 16, 15, 14, 13, 12]);
  letRead(100);
  expect(await listed()).toHaveLength(20);
  letRead(0);
  expect(await listed()).toHaveLength(20);
});
