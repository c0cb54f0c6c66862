// Tables whose phrase the person at this device has compared, each kept before its confirmation is sent: a group that
// proves it there is not of two, and who leaves takes their seat out of it.

import { deviceIdOf } from "../../core/identity/deviceLog.ts";
import { fromBase64Url } from "../../core/crypto/bytes.ts";
import { groupIdOf } from "../../core/tap/state.ts";
import { readTicket } from "../../core/tap/ticket.ts";
import type { UserId } from "../../wire/ids.ts";
import type { Group, GroupMember, Tap } from "../../wire/tap.ts";
import type { Store } from "../store/store.ts";
import { keyOf, type TableKey } from "./tableProgress.ts";

/** What a group would keep of the table, but for the others' confirmations. */
type ComparedTable = Group;

const PREFIX = "tap.compared.";
/** As long a device may be away before it sees the contact that came of it. */
const KEEP_MS = 180 * 24 * 60 * 60 * 1_000;

const idOf = (key: TableKey) => PREFIX + keyOf(key);

/** @param confirmation of the own account, by the device whose ticket lies there; in base64url */
export async function keepCompared(
  store: Store,
  own: UserId,
  { tapId, by, submittedAt, table, now }: Tap,
  confirmation: string,
): Promise<void> {
  const members = (table?.members ?? []).flatMap(({ userId, ticket, share }): GroupMember[] => {
    const read = readTicket(fromBase64Url(ticket));
    if (read === null) return [];
    const deviceId = deviceIdOf(read.certificate.signKey);
    const said = userId === own ? confirmation : null;
    return [{ userId, deviceId, ticket, signature: null, confirmation: said, share }];
  });
  const kept = { groupId: groupIdOf(by, tapId), createdAt: submittedAt, tapId, by, members };
  const all = await store.range<ComparedTable>("settings", { prefix: PREFIX });
  const old = all.filter(({ createdAt }) => createdAt < now - KEEP_MS);
  await store.apply([
    ...old.map((one) => ({ collection: "settings" as const, id: idOf(one) })),
    { collection: "settings", id: idOf({ by, tapId }), value: kept satisfies ComparedTable },
  ]);
}

/** Null for a table that was not compared at this device. */
export function comparedTable(store: Store, key: TableKey): Promise<ComparedTable | null> {
  return store.get<ComparedTable>("settings", idOf(key));
}

/** Nothing has come of it. */
export function forgetCompared(store: Store, key: TableKey): Promise<void> {
  return store.delete("settings", idOf(key));
}
