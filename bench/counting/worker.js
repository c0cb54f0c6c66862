// The Worker as it is, with an ear at what is billed: rows, requests to objects, the bucket and the Worker,
// and the time that objects are kept awake. It listens at the platform's own methods, so that nothing
// in the product knows of it. GET /bench/ledger tells what was heard since it was last asked; POST /bench/devices
// gives an account another device, POST /bench/forget has submissions of tickets come to their end, POST /bench/alarms
// has mailboxes served by their alarms.

import worker, {
  Directory,
  Gate,
  Group,
  Lobby,
  Mailbox,
  Operator,
  PairingAttempt,
  Room,
  TapAttempt,
} from "../../workers/main.ts";

/** Rows per call as workerd counts them; SQL tells its own. */
const ROW_CALLS = ["put", "delete", "deleteAll", "setAlarm", "deleteAlarm"];
const NOT_BILLED = ["constructor", "webSocketClose", "webSocketError"];

/** A submission of tickets is over by then. */
const LATER_MS = 3_600_000;

/** Calls to the bucket that are billed; deleting is not. */
const BUCKET_CALLS = ["put", "list", "get", "head"];

let ledger = emptyLedger();
let isListening = false;
let isListeningToBucket = false;

function emptyLedger() {
  return { rows: {}, cursors: [], calls: {}, bucket: {}, workerRequests: 0, frames: 0, awakeMs: 0 };
}

function count(tally, name) {
  tally[name] = (tally[name] ?? 0) + 1;
}

/** Has `hear` told of each call of a method, and what it returns called when that is done. */
function listen(target, method, hear) {
  const original = target[method];
  target[method] = function heard(...given) {
    const done = hear(this, given) ?? (() => {});
    let result;
    try {
      result = Reflect.apply(original, this, given);
    } finally {
      if (!(result instanceof Promise)) done();
    }
    return result instanceof Promise ? result.finally(done) : result;
  };
}

/** By object: how much of what it does is under way, and since when. Whatever overlaps is billed once. */
const activities = new WeakMap();

/** From now on that object is awake, until the function returned has been called. */
function begin(ctx) {
  const activity = activities.get(ctx) ?? { open: 0, since: 0 };
  activities.set(ctx, activity);
  if (activity.open === 0) activity.since = performance.now();
  activity.open += 1;
  return () => {
    activity.open -= 1;
    if (activity.open === 0) ledger.awakeMs += performance.now() - activity.since;
  };
}

function listenToPlatform(ctx) {
  if (isListening) return;
  isListening = true;
  const { storage } = ctx;
  listen(Object.getPrototypeOf(ctx), "waitUntil", (awake, [task]) => {
    const done = begin(awake);
    void task.catch(() => {}).finally(done);
  });
  for (const call of ROW_CALLS) {
    listen(Object.getPrototypeOf(storage), call, () => count(ledger.rows, call));
  }
  for (const call of ["put", "delete"]) {
    listen(Object.getPrototypeOf(storage.kv), call, () => count(ledger.rows, `kv.${call}`));
  }
  const sql = Object.getPrototypeOf(storage.sql);
  const { exec } = sql;
  sql.exec = function heard(...query) {
    const cursor = Reflect.apply(exec, this, query);
    ledger.cursors.push(cursor);
    return cursor;
  };
}

function listenToBucket({ BLOBS }) {
  if (isListeningToBucket) return;
  isListeningToBucket = true;
  for (const call of BUCKET_CALLS) {
    listen(Object.getPrototypeOf(BLOBS), call, () => count(ledger.bucket, call));
  }
}

function counted(type) {
  for (const method of Object.getOwnPropertyNames(type.prototype)) {
    if (NOT_BILLED.includes(method)) continue;
    listen(type.prototype, method, ({ ctx }) => {
      if (method === "webSocketMessage") ledger.frames += 1;
      else count(ledger.calls, `${type.name}.${method}`);
      return begin(ctx);
    });
  }
  return class extends type {
    constructor(ctx, env) {
      listenToPlatform(ctx);
      listenToBucket(env);
      super(ctx, env);
    }
  };
}

const [
  CountedDirectory,
  CountedGate,
  CountedGroup,
  CountedLobby,
  CountedOperator,
  CountedAttempt,
  CountedRoom,
  KnownMailbox,
  KnownTap,
] = [Directory, Gate, Group, Lobby, Operator, PairingAttempt, Room, Mailbox, TapAttempt].map(
  counted,
);

/** Takes another device in, without an entry in the account's log. */
class CountedMailbox extends KnownMailbox {
  addDevice({ deviceId, signKey, number }) {
    const insert =
      "INSERT INTO device (device_id, sign_key, last_challenge_at, number) VALUES (?, ?, 0, ?)";
    this.ctx.storage.sql.exec(insert, deviceId, signKey, number);
  }

  /** Has its alarm before its time. */
  ring() {
    return this.alarm();
  }
}

/** Has its last alarm before its time. */
class CountedTap extends KnownTap {
  async forget() {
    const { now } = Date;
    Date.now = () => now() + LATER_MS;
    try {
      await this.alarm();
    } finally {
      Date.now = now;
    }
  }
}

export {
  CountedDirectory as Directory,
  CountedGate as Gate,
  CountedGroup as Group,
  CountedLobby as Lobby,
  CountedMailbox as Mailbox,
  CountedOperator as Operator,
  CountedAttempt as PairingAttempt,
  CountedRoom as Room,
  CountedTap as TapAttempt,
};

export default {
  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (pathname === "/bench/ledger") return tellLedger();
    if (pathname === "/bench/devices") {
      const device = await request.json();
      await env.MAILBOXES.getByName(device.userId).addDevice(device);
      return new Response();
    }
    if (pathname === "/bench/forget") {
      for (const name of await request.json()) await env.TAPS.getByName(name).forget();
      return new Response();
    }
    if (pathname === "/bench/alarms") {
      for (const userId of await request.json()) await env.MAILBOXES.getByName(userId).ring();
      return new Response();
    }
    listenToBucket(env);
    ledger.workerRequests += 1;
    return worker.fetch(request, env, ctx);
  },
};

function tellLedger() {
  const { cursors, rows, ...rest } = ledger;
  const sql = cursors.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0);
  ledger = emptyLedger();
  return Response.json({ ...rest, rows: { ...rows, sql } });
}
