// The Worker as it is, and beside it the raw object that passes on what a sender says: so the mailbox that stores is
// measured alone, behind the same first hop as a raw box.
//
// GET /relay/<sender>?to=<account>  a socket, as the one of ../raw/worker.js

import { DurableObject } from "cloudflare:workers";
import worker from "../../workers/main.ts";

export * from "../../workers/main.ts";

export class Relay extends DurableObject {
  fetch(request) {
    const url = new URL(request.url);
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server, [url.pathname.split("/")[2], url.searchParams.get("to")]);
    return new Response(null, { status: 101, webSocket: client });
  }

  async webSocketMessage(socket, frame) {
    const messages = JSON.parse(frame);
    const [sender, to] = this.ctx.getTags(socket);
    const sent = messages.map(({ boxes }) => ({ device: 0, boxes }));
    const outcomes = await this.env.MAILBOXES.getByName(to).deliver(sender, sent);
    const numbers = messages.map(({ number }) => number);
    const isStored = outcomes.every((outcome) => outcome === "stored");
    const answer = isStored ? { type: "stored", numbers } : { type: "refused", problem: outcomes };
    socket.send(JSON.stringify([answer]));
  }

  webSocketClose(socket) {
    socket.close();
  }
}

export default {
  fetch(request, env, ctx) {
    const [, kind, name] = new URL(request.url).pathname.split("/");
    if (kind === "relay") return env.RELAYS.getByName(name).fetch(request);
    return worker.fetch(request, env, ctx);
  },
};
