// What a touch costs: of one ticket and of many, crossed, at a table, taken back; and a badge, and a request that came
// by it. Each with what its submission costs when it is forgotten.

import { randomBytes } from "node:crypto";
import { ed25519 } from "@noble/curves/ed25519.js";
import { callRoute } from "../shared/client/api.ts";
import { fromBase64Url, toBase64Url } from "../shared/core/crypto/bytes.ts";
import {
  approvalStatement,
  badgeToken,
  requestStatement,
  tableStatement,
} from "../shared/core/tap/statements.ts";
import { TAP_MAX_PEERS } from "../shared/wire/limits.ts";
import type { Tap, TapRequest } from "../shared/wire/tap.ts";
import { portsAt } from "./accounts.ts";
import { type Counted, counted, costTable, listOf } from "./billing.ts";
import type { BenchServer } from "./servers.ts";
import {
  certificateOf,
  makePhones,
  type Phone,
  type ShownTicket,
  Strangers,
  submissionOf,
  ticketOf,
} from "./tapClients.ts";

const TABLE = 5;
const NAMES = {
  certificate: "a device's certificate, for a day",
  tap: "a tap: one ticket, contacts stored on both sides",
  crossed: "two who tap each other at once",
  crowd: `a group: ${TAP_MAX_PEERS} tickets at once`,
  table: `a table of ${TABLE}, all or nothing, all have confirmed`,
  undo: "a tap taken back",
  badge: "a badge, made",
  request: "a request by a badge, asked and approved",
} as const;

type TapThing = keyof typeof NAMES;
const PHONES = 128;
/** Of what takes many phones. */
const FEW = 20;

interface Begun {
  readonly by: Phone;
  readonly tapId: string;
}

export async function countTaps(
  server: BenchServer,
  times: number,
): Promise<Record<TapThing, Counted>> {
  const { url } = server;
  const phones = await makePhones(url, PHONES);
  const strangers = new Strangers(phones, TAP_MAX_PEERS);
  const each = (count: number, thing: (index: number) => Promise<unknown>): Promise<Counted> =>
    counted(server, count, async () => {
      for (let index = 0; index < count; index += 1) await thing(index);
    });
  const tell = (what: "forget" | "alarms", names: readonly string[]) =>
    fetch(`${url}/bench/${what}`, { method: "POST", body: JSON.stringify(names) });
  /** Until nothing of the submissions is left. */
  const whole = (count: number, thing: () => Promise<Begun[]>): Promise<Counted> =>
    counted(server, count, async () => {
      const begun: Begun[] = [];
      for (let index = 0; index < count; index += 1) begun.push(...(await thing()));
      await tell(
        "forget",
        begun.map(({ by, tapId }) => `${by.userId}.${tapId}`),
      );
    });
  const touch = async (by: Phone, peers: readonly Phone[]): Promise<Begun> => {
    const { tapId } = await submit(url, by, submissionOf(by, peers.map(ticketOf)));
    return { by, tapId };
  };

  const certificate = await each(PHONES, (index) => certificateOf(url, phones[index]!));
  const tap = await whole(times, async () => {
    const [a, b] = strangers.pair();
    return [await touch(a, [b])];
  });
  const crossed = await whole(times, () => {
    const [a, b] = strangers.pair();
    return Promise.all([touch(a, [b]), touch(b, [a])]);
  });
  const crowd = await whole(FEW, async () => {
    const { by, peers } = strangers.crowd();
    return [await touch(by, peers)];
  });
  const table = await whole(FEW, async () => [await meetAtTable(url, strangers.crowd())]);
  const pairs = Array.from({ length: FEW }, () => strangers.pair());
  const taken: (Begun & { peer: Phone })[] = [];
  for (const [a, b] of pairs) taken.push({ ...(await touch(a, [b])), peer: b });
  const undo = await each(FEW, (index) => takeBack(url, taken[index]!));
  const salts = phones.map(() => randomBytes(16));
  const badge = await each(PHONES, async (index) => {
    await makeBadge(url, phones[index]!, salts[index]!);
    await tell("alarms", [phones[index]!.userId]);
  });
  const request = await each(PHONES, async () => {
    const [asker, owner] = strangers.pair();
    await meetByRequest(url, asker, owner, salts[phones.indexOf(owner)]!);
    await tell("alarms", [asker.userId, owner.userId]);
  });
  return { certificate, tap, crossed, crowd, table, undo, badge, request };
}

function submit(url: string, { address, token }: Phone, body: TapRequest): Promise<Tap> {
  return callRoute(portsAt(address), url, "tap", { body }, token);
}

async function meetAtTable(
  url: string,
  { by, peers }: { by: Phone; peers: readonly Phone[] },
): Promise<Begun> {
  const members = [by, ...peers.slice(0, TABLE - 1)];
  const shown = members.map((phone): ShownTicket => ticketOf(phone));
  const body = submissionOf(by, shown.slice(1), shown[0]);
  const params = { userId: by.userId, tapId: body.tapId };
  let tap = await submit(url, by, body);
  for (const [index, { address, token }] of members.entries()) {
    const input = { params, body: { share: shown[index]!.share } };
    tap = await callRoute(portsAt(address), url, "showShare", input, token);
  }
  const seats = (tap.table?.members ?? []).map(({ ticket, share }) => ({
    ticket: fromBase64Url(ticket),
    share: fromBase64Url(share ?? ""),
  }));
  for (const { address, token, signKey } of members) {
    const signature = signedBy(signKey, tableStatement(body.tapId, seats));
    const input = { params, body: { signature } };
    tap = await callRoute(portsAt(address), url, "confirmTable", input, token);
  }
  if (tap.at !== "settled") throw new Error(JSON.stringify(tap));
  return { by, tapId: body.tapId };
}

async function takeBack(url: string, { by, tapId, peer }: Begun & { peer: Phone }): Promise<void> {
  const params = { userId: by.userId, tapId };
  const input = { params, body: { userId: peer.userId } };
  await callRoute(portsAt(by.address), url, "undoTap", input, by.token);
}

async function makeBadge(
  url: string,
  { userId, address, token }: Phone,
  salt: Uint8Array,
): Promise<void> {
  const body = { token: toBase64Url(badgeToken(userId, salt)), salt: toBase64Url(salt) };
  await callRoute(portsAt(address), url, "makeBadge", { body }, token);
}

/** Found by the badge, asked, and approved. */
async function meetByRequest(
  url: string,
  asker: Phone,
  owner: Phone,
  salt: Uint8Array,
): Promise<void> {
  const token = toBase64Url(badgeToken(owner.userId, salt));
  const requestId = randomBytes(16).toString("base64url");
  const { userId: from, deviceId } = asker;
  const to = owner.userId;
  const ports = portsAt(asker.address);
  await callRoute(ports, url, "findBadge", { body: { token } }, asker.token);
  const statement = requestStatement(requestId, from, deviceId, to, "badge");
  const signature = signedBy(asker.signKey, statement);
  const asking = { requestId, to, via: "badge" as const, token, signature };
  await callRoute(ports, url, "askForContact", { body: asking }, asker.token);
  const approval = signedBy(owner.signKey, approvalStatement(statement, owner.deviceId));
  const input = { params: { requestId }, body: { signature: approval } };
  await callRoute(portsAt(owner.address), url, "approveContact", input, owner.token);
}

function signedBy(signKey: Uint8Array, message: Uint8Array): string {
  return toBase64Url(ed25519.sign(message, signKey));
}

export function tapsSection(things: Record<TapThing, Counted>): string {
  const lists = (["tap", "crowd", "table", "request"] as const).map((thing) => {
    const { ledger, times } = things[thing];
    return `- ${NAMES[thing]}: ${listOf(ledger.rows, times)};\n  ${listOf(ledger.calls, times)}.`;
  });
  return `## Taps

${costTable(NAMES, things)}

A submission is kept for ten minutes, so that either side can take it back, and then forgotten: that last alarm, and
what it deletes, is counted with it. The mailbox of each ticket is asked once; that of whoever has read them gets
all contacts together, in as many turns as tickets come to be spent. A group is one object more, and an entry in each
member's list. At a table each of its people shows a share and confirms, with a request each, and all are told each time:
here one after another, while what happens at once is told at once. To take a tap back is counted without the tap, a
request by a badge with the look at whose badge it is. Badges and requests include the alarms that see to it that no
crash leaves them half done.

${lists.join("\n")}`;
}
