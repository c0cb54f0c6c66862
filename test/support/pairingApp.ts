// A program on the SDK: two people in one process meet, and one of them starts again from its folder.
// Tells what came of it as JSON.

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Acquaint, emptyCard, fileStore, memoryStore } from "../../shared/client/node.ts";

const server = process.argv[2] ?? "";
const folder = mkdtempSync(join(tmpdir(), "ada-"));
const ada = await Acquaint.open({ server, store: fileStore(folder), name: "Ada" });
const ben = await Acquaint.open({ server, store: memoryStore(), name: "Ben" });
const shown = await ada.showKey();
const entered = await ben.enterKey(shown.key?.code ?? "", {
  card: emptyCard("ben", "Ben of the card"),
});
const contacts = await Promise.all([shown.contact, entered.contact]);
await Promise.all([ada.close(), ben.close()]);
const again = await Acquaint.open({ server, store: fileStore(folder) });
const [known] = await again.contacts.list();
await again.close();

console.log(
  JSON.stringify({
    version: process.version,
    names: contacts.map(({ name }) => name),
    cards: contacts.map(({ card }) => card?.name?.full ?? null),
    sameReceipt: contacts[0].receiptHash === contacts[1].receiptHash,
    hasOwnSocket: "WebSocket" in globalThis,
    isRevived: known?.verified === true && again.me.userId === ada.me.userId,
  }),
);
