// One meeting by passphrase, with all that its server and the network ever saw of it, as an attacker holds it
// who has broken TLS and owns the server: rows at each step, raw files, log, requests, answers, frames, secret.

import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Acquaint, emptyCard, fileStore, type Ports } from "../../shared/client/node.ts";
import { STANDARD_PORTS } from "../../shared/client/ports.ts";
import type { AttemptRecord } from "../../shared/client/attemptRecord.ts";
import { type ChaosProxy, type Message, startChaosProxy } from "../support/chaosProxy.ts";
import { openListener, requestFrom } from "../support/spoken.ts";
import { startServer } from "../support/serverProcess.ts";
import { placesOnDisk } from "../support/secretSearch.ts";

export interface RecordedMeeting {
  /** The three messages of the exchange and what the server added, by type. */
  readonly open: Message;
  readonly opened: Message;
  readonly claim: Message;
  readonly answer: Message;
  /** Everything, as texts. */
  readonly texts: readonly string[];
  readonly serverSecret: Uint8Array;
  /** What no attacker has: the asker's secret scalar, for control. */
  readonly askersScalar: Uint8Array;
}

/** To be called in a test, with which the proxies end. */
export async function recordMeeting(passphrase: string): Promise<RecordedMeeting> {
  const server = await startServer();
  const texts: string[] = [];
  const look = (): void => {
    for (const { bytes } of placesOnDisk(server.stateDir)) texts.push(bytes.toString("latin1"));
  };
  const listenedTo = () =>
    startChaosProxy(server.url, {
      onFrame: ({ types }) => {
        // The rows of each state, before the next message changes them.
        if (types.some((type) => ROWS_CHANGE_WITH.includes(type))) look();
        return "pass";
      },
    });
  const proxies = [await listenedTo(), await listenedTo()] as const;
  const ports: Partial<Ports> = {
    fetch: async (url, init) => {
      const response = await STANDARD_PORTS.fetch(url, init);
      texts.push(JSON.stringify([url, init]), await response.clone().text());
      return response;
    },
    openSocket: (url, protocols) => {
      texts.push(protocols.join("\n"));
      return STANDARD_PORTS.openSocket(url, protocols);
    },
  };

  const store = fileStore(mkdtempSync(join(tmpdir(), "asker-")));
  let scalar = "";
  const ada = await Acquaint.open({
    server: proxies[0].url,
    name: "Ada",
    ports,
    store: {
      ...store,
      put: async (collection, id, value) => {
        if (collection === "attempts") scalar ||= (value as AttemptRecord).half.scalar;
        await store.put(collection, id, value);
      },
    },
  });
  const ben = await openListener(proxies[1].url, { name: "Ben", ports });
  const card = emptyCard("ada", "Ada of the card");
  const asked = await ada.ask({ to: ben.me.userId, passphrase, card });
  const { sid } = await requestFrom(ben, ada);
  const answered = await ben.requests.answer(sid, passphrase, { card: emptyCard("ben", "Ben") });
  await Promise.all([asked.contact, answered.contact]);
  await Promise.all([ada.close(), ben.close()]);
  await server.stop();
  look();
  texts.push(server.logText(), ...proxies.flatMap(({ frames }) => frames.map(({ text }) => text)));

  const secret = readFileSync(join(server.stateDir, "server-secret"), "utf8").trim();
  return {
    open: messageOf(proxies[0], "open"),
    opened: messageOf(proxies[0], "opened"),
    claim: messageOf(proxies[1], "claim"),
    answer: messageOf(proxies[0], "answer"),
    texts,
    serverSecret: Buffer.from(secret, "base64url"),
    askersScalar: Buffer.from(scalar, "base64url"),
  };
}

const ROWS_CHANGE_WITH = ["claim", "answer", "acknowledge"];

/** As the device sent it, or was told it. */
function messageOf({ frames }: ChaosProxy, type: string): Message {
  const all = frames.flatMap(({ messages }) => messages);
  const message = all.find((one) => one.type === type);
  if (message === undefined) throw new Error(`There is no ${type}.`);
  return message;
}
