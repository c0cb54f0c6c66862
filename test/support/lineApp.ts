// A program on the SDK that holds the line of a device: the one in a folder that others share with it. Says when it
// does, and what it is told; ends when it is killed.

import { Acquaint, fileStore } from "../../shared/client/node.ts";
import { IMPATIENT } from "./impatience.ts";

const [, , server = "", folder = ""] = process.argv;
const client = await Acquaint.open({ server, store: fileStore(folder), ports: IMPATIENT });
client.on((event) => {
  if (event.event === "message") console.log(`told ${event.message.text}`);
});
await client.messages.caughtUp();
console.log("holds");
