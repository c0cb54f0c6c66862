// The smallest object that lets two clients meet, as the measure for what the product adds. Plain
// JavaScript that workerd runs as it is: no identity, no secrecy, no deadlines, nothing outlives a crash.
//
// POST /posts/<name>  each of two bodies is answered with the other one; `?row` stores the first
// GET /exchange/<name>?side=a|b  a socket; four frames pass between the sides, and the first is stored

export class Meeting {
  constructor(ctx) {
    this.ctx = ctx;
    this.sockets = {};
  }

  async fetch(request) {
    const { searchParams } = new URL(request.url);
    if (request.headers.get("upgrade") === "websocket") return this.connect(searchParams);
    const body = await request.text();
    if (this.first === undefined) {
      if (searchParams.has("row")) this.ctx.storage.kv.put("first", body);
      this.first = body;
      return new Response(await new Promise((resolve) => (this.tellFirst = resolve)));
    }
    const { first } = this;
    this.first = undefined;
    this.tellFirst(body);
    return new Response(first);
  }

  connect(searchParams) {
    const side = searchParams.get("side");
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server, [side]);
    this.sockets[side] = server;
    if (side === "b") server.send(this.ctx.storage.kv.get("first"));
    return new Response(null, { status: 101, webSocket: client });
  }

  webSocketMessage(socket, frame) {
    const [side] = this.ctx.getTags(socket);
    const { type } = JSON.parse(frame);
    if (type === "first") {
      this.ctx.storage.kv.put("first", frame);
      socket.send('{"type":"stored"}');
    } else {
      this.sockets[side === "a" ? "b" : "a"].send(frame);
    }
  }

  webSocketClose(socket, code) {
    socket.close(code === 1005 || code === 1006 ? 1000 : code);
  }
}

export default {
  fetch(request, env) {
    const [, , name] = new URL(request.url).pathname.split("/");
    if (name === undefined) return new Response("ok");
    return env.MEETINGS.getByName(name).fetch(request);
  },
};
