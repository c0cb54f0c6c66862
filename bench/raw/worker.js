// The smallest objects that let two clients meet, and that keep messages, as the measure for what the
// product adds. Plain JavaScript that workerd runs as it is: no identity, no secrecy, no deadlines, no limits.
//
// POST /posts/<name>  each of two bodies is answered with the other one; `?row` stores the first
// GET /exchange/<name>?side=a|b  a socket; four frames pass between the sides, and the first is stored
// GET /box/<name>?from=<sender>  a socket that sends to the box; `?reads` one that reads it
// GET /relay/<sender>?to=<name>  a socket of another object, which passes on what is sent to the box
// POST /touch/<name>  a touch of people, whose rows are written here; `?spread` each in an object of its own

import { DurableObject } from "cloudflare:workers";

const CHECK_MS = 10_000;
const KEPT_MS = 600_000;

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

/** Inserts all that a turn of the loop brings in one commit, then answers, then tells the reader. */
export class Box extends DurableObject {
  turn = [];

  constructor(ctx, env) {
    super(ctx, env);
    this.storage = ctx.storage;
    this.storage.sql.exec(`CREATE TABLE IF NOT EXISTS envelope (
      sequence INTEGER PRIMARY KEY, sender TEXT NOT NULL, box TEXT NOT NULL)`);
    this.last = this.all("SELECT ifnull(max(sequence), 0) AS last FROM envelope")[0].last;
  }

  fetch(request) {
    const { searchParams } = new URL(request.url);
    const { 0: client, 1: server } = new WebSocketPair();
    const isReader = searchParams.has("reads");
    this.ctx.acceptWebSocket(server, [isReader ? "reader" : searchParams.get("from")]);
    if (isReader) this.tell(this.all('SELECT sequence, sender AS "from", box FROM envelope'));
    return new Response(null, { status: 101, webSocket: client });
  }

  async webSocketMessage(socket, frame) {
    const messages = JSON.parse(frame);
    const [{ type, through }] = messages;
    if (type === "received") {
      this.storage.sql.exec("DELETE FROM envelope WHERE sequence <= ?", through);
      return;
    }
    const [sender] = this.ctx.getTags(socket);
    await this.deliver(sender, messages);
    acknowledge(socket, messages);
  }

  webSocketClose(socket) {
    socket.close();
  }

  deliver(sender, messages) {
    return new Promise((stored) => {
      this.turn.push({ sender, messages, stored });
      if (this.turn.length === 1) setTimeout(() => this.store(), 0);
    });
  }

  store() {
    const turn = this.turn;
    this.turn = [];
    const envelopes = [];
    this.storage.transactionSync(() => {
      for (const { sender, messages } of turn) {
        for (const { boxes } of messages) {
          const envelope = { sequence: ++this.last, from: sender, box: boxes[0].box };
          const { sequence, box } = envelope;
          this.storage.sql.exec("INSERT INTO envelope VALUES (?, ?, ?)", sequence, sender, box);
          envelopes.push(envelope);
        }
      }
    });
    for (const { stored } of turn) stored();
    this.tell(envelopes);
  }

  tell(envelopes) {
    const [reader] = this.ctx.getWebSockets("reader");
    if (envelopes.length > 0) reader?.send(JSON.stringify([{ type: "envelopes", envelopes }]));
  }

  all(query) {
    return this.storage.sql.exec(query).toArray();
  }
}

/** The sender's own object, which holds its socket. */
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
    await this.env.BOXES.getByName(to).deliver(sender, messages);
    acknowledge(socket, messages);
  }

  webSocketClose(socket) {
    socket.close();
  }
}

/** A touch, or somebody who has a part in one; the same rows as the product writes until it answers. */
export class Touch extends DurableObject {
  async fetch(request) {
    const isSpread = new URL(request.url).searchParams.has("spread");
    const touch = await request.json();
    const { by, people } = touch;
    const isGroup = people.length > 1;
    const of = (name) => (isSpread ? this.env.TOUCHES.getByName(name) : this);
    this.store("begun", touch, CHECK_MS);
    await Promise.all(people.map((person) => of(person.name).spend(by, person, isGroup)));
    await of(by).meet(by, people, isGroup);
    if (isGroup) await of(`group of ${by}`).found(people);
    this.store("done", touch, KEPT_MS);
    return new Response("ok");
  }

  store(at, touch, alarmInMs) {
    this.ctx.storage.kv.put("touch", { ...touch, at });
    void this.ctx.storage.setAlarm(Date.now() + alarmInMs);
  }

  spend(by, person, isGroup) {
    this.ctx.storage.kv.put(`spent by ${person.name}`, person.ticket);
    this.meet(person.name, [{ ...person, name: by }], isGroup);
  }

  meet(own, people, isGroup) {
    for (const person of people) this.ctx.storage.kv.put(`${own} met ${person.name}`, person);
    if (isGroup) this.ctx.storage.kv.put(`groups of ${own}`, "a group");
  }

  found(people) {
    this.ctx.storage.kv.put("group", people);
  }

  alarm() {}
}

function acknowledge(socket, messages) {
  const numbers = messages.map(({ number }) => number);
  socket.send(JSON.stringify([{ type: "stored", numbers }]));
}

export default {
  fetch(request, env) {
    const [, kind, name] = new URL(request.url).pathname.split("/");
    if (name === undefined) return new Response("ok");
    const others = { box: env.BOXES, relay: env.RELAYS, touch: env.TOUCHES };
    const objects = others[kind] ?? env.MEETINGS;
    return objects.getByName(name).fetch(request);
  },
};
