// The Worker as it is, with an ear at what is billed: rows, requests to objects, requests to the Worker,
// and the time that objects are kept awake. It listens at the platform's own methods, so that nothing
// in the product knows of it. GET /bench/ledger tells what was heard since it was last asked.

import worker, { Directory, Gate, Mailbox, PairingAttempt } from "../../workers/main.ts";

/** Rows per call as workerd counts them; SQL tells its own. */
const ROW_CALLS = ["put", "delete", "deleteAll", "setAlarm", "deleteAlarm"];
const NOT_BILLED = ["constructor", "webSocketClose", "webSocketError"];

let ledger = emptyLedger();
let isListening = false;

function emptyLedger() {
  return { rows: {}, cursors: [], calls: {}, workerRequests: 0, frames: 0, awakeMs: 0 };
}

function count(tally, name) {
  tally[name] = (tally[name] ?? 0) + 1;
}

/** Has `hear` told of each call of a method, and of the time until it is done. */
function listen(target, method, hear) {
  const original = target[method];
  target[method] = function heard(...given) {
    const done = hear();
    const result = Reflect.apply(original, this, given);
    if (result instanceof Promise && done !== undefined) return result.finally(done);
    done?.();
    return result;
  };
}

function listenToStorage({ storage }) {
  if (isListening) return;
  isListening = true;
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

function counted(type) {
  for (const method of Object.getOwnPropertyNames(type.prototype)) {
    if (NOT_BILLED.includes(method)) continue;
    listen(type.prototype, method, () => {
      if (method === "webSocketMessage") ledger.frames += 1;
      else count(ledger.calls, `${type.name}.${method}`);
      const awakeSince = performance.now();
      return () => (ledger.awakeMs += performance.now() - awakeSince);
    });
  }
  return class extends type {
    constructor(ctx, env) {
      listenToStorage(ctx);
      super(ctx, env);
    }
  };
}

const counts = [Directory, Gate, Mailbox, PairingAttempt].map(counted);
const [CountedDirectory, CountedGate, CountedMailbox, CountedAttempt] = counts;

export {
  CountedDirectory as Directory,
  CountedGate as Gate,
  CountedMailbox as Mailbox,
  CountedAttempt as PairingAttempt,
};

export default {
  fetch(request, env, ctx) {
    if (new URL(request.url).pathname === "/bench/ledger") return tellLedger();
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
