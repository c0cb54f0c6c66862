// Rooms to measure the product's against. Plain JavaScript that knows no identity, no limits and no moderation, and
// keeps nothing. A message travels as the client has put it.
//
// GET /raw/<room>  a socket; each frame goes to every socket as it is
// GET /bare/<room>  a socket; what is said while the room is busy goes as one frame, and so does who has come
// GET /checked/<room>  the same for whoever brings an upgrade token, which is checked as the product's Worker does
// GET /parties/party/<room>  a socket of partyserver, used as its documentation shows

import { DurableObject } from "cloudflare:workers";
import { routePartykitRequest, Server } from "partyserver";
import { SUBPROTOCOL_TOKEN_PREFIX } from "../../shared/wire/limits.ts";
import { openHidden } from "../../workers/auth/sealing.ts";
import { verifyToken } from "../../workers/auth/tokens.ts";
import { offeredProtocols } from "../../workers/http/sockets.ts";

const ENTER = '[{"type":"enter"';

class Room extends DurableObject {
  fetch() {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }

  webSocketClose(socket, code) {
    socket.close(code === 1005 || code === 1006 ? 1000 : code);
  }
}

export class Raw extends Room {
  webSocketMessage(socket, frame) {
    if (frame.startsWith(ENTER)) return socket.send('[{"type":"entered"}]');
    for (const other of this.ctx.getWebSockets()) other.send(frame);
  }
}

/** The first in a quiet room goes at once; what comes until the loop's next turn goes together. */
export class Bare extends Room {
  said = [];
  entering = [];
  members = [];
  isBusy = false;

  webSocketMessage(socket, frame) {
    if (frame.startsWith(ENTER)) this.enter(socket, frame);
    else this.said.push(frame.slice(1, -1));
    if (this.isBusy) return;
    this.isBusy = true;
    this.tell();
    setTimeout(() => this.turn(), 0);
  }

  enter(socket, frame) {
    const [{ name }] = JSON.parse(frame);
    const member = { seat: this.members.length + 1, userId: name, name, joinedAt: Date.now() };
    socket.serializeAttachment(member);
    this.members.push(member);
    this.entering.push(socket);
    this.said.push(JSON.stringify({ type: "joined", member }));
  }

  turn() {
    if (this.said.length === 0) {
      this.isBusy = false;
      return;
    }
    this.tell();
    setTimeout(() => this.turn(), 0);
  }

  tell() {
    const { said, entering } = this;
    this.said = [];
    this.entering = [];
    const frame = `[${said.join(",")}]`;
    if (entering.length === 0) {
      for (const socket of this.ctx.getWebSockets()) socket.send(frame);
      return;
    }
    const entered = JSON.stringify([{ type: "entered", members: this.members }]);
    const isNew = new Set(entering);
    for (const socket of this.ctx.getWebSockets()) {
      if (isNew.has(socket)) socket.send(entered);
      else if (socket.deserializeAttachment() !== null) socket.send(frame);
    }
  }
}

/** Is told whose each socket is, and makes nothing of it. */
export class Checked extends Bare {
  fetch(request) {
    JSON.parse(request.headers.get("claims"));
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    const headers = {
      "sec-websocket-protocol": request.headers.get("sec-websocket-protocol"),
    };
    return new Response(null, { status: 101, webSocket: client, headers });
  }
}

export class Party extends Server {
  static options = { hibernate: true };

  onMessage(connection, frame) {
    if (frame.startsWith(ENTER)) connection.send('[{"type":"entered"}]');
    else this.broadcast(frame);
  }
}

/** The protocols that a client offers are an encoding and its token. */
async function check(request, secret) {
  const offered = offeredProtocols(request);
  const token = offered[1].slice(SUBPROTOCOL_TOKEN_PREFIX.length);
  const claims = await verifyToken(secret, "upgrade", token);
  const { roomId, sealed } = claims.room;
  const hidden = await openHidden(secret, claims, roomId, sealed);
  const headers = {
    upgrade: "websocket",
    "sec-websocket-protocol": offered[0],
    claims: JSON.stringify({ ...claims, hidden }),
  };
  return new Request("https://object/", { headers });
}

export default {
  async fetch(request, env) {
    const [, kind, name] = new URL(request.url).pathname.split("/");
    if (kind === "raw") return env.RAWS.getByName(name).fetch(request);
    if (kind === "checked") {
      const checked = await check(request, env.SERVER_SECRET);
      return env.CHECKED.getByName(name).fetch(checked);
    }
    if (kind === "bare") return env.BARES.getByName(name).fetch(request);
    return (await routePartykitRequest(request, env)) ?? new Response("rooms");
  },
};
