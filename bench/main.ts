// `npm run bench -- [pairing|mailbox|wire|reliability|files|taps|rooms|cost|claims|bundle]… [--quick]`: all of them, or
// those named.

import { benchBundle } from "./bundle.ts";
import { benchClaims } from "./claims.ts";
import { benchCost } from "./cost.ts";
import { benchFiles } from "./files.ts";
import { benchMailbox } from "./mailbox.ts";
import { benchPairing } from "./pairing.ts";
import { benchReliability } from "./reliability.ts";
import { benchRooms } from "./rooms.ts";
import { benchTaps } from "./taps.ts";
import { benchWire } from "./wire.ts";

const BENCHES = {
  pairing: benchPairing,
  mailbox: benchMailbox,
  wire: benchWire,
  reliability: benchReliability,
  files: benchFiles,
  taps: benchTaps,
  rooms: benchRooms,
  cost: benchCost,
  claims: benchClaims,
  bundle: benchBundle,
};

const given = process.argv.slice(2);
const quick = given.includes("--quick");
const names = given.filter((name) => name !== "--quick");
const unknown = names.find((name) => !(name in BENCHES));
if (unknown !== undefined) {
  console.error(`There is no bench “${unknown}”. There are: ${Object.keys(BENCHES).join(", ")}.`);
  process.exit(2);
}
for (const [name, bench] of Object.entries(BENCHES)) {
  if (names.length === 0 || names.includes(name)) await bench({ quick });
}
