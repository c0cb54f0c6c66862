// Counts what is billed: rows written by any object, and requests to objects. It listens at the platform's
// own methods, so every object of the test's isolate is counted, constructors included.
// Costs per call as measured on workerd: kv.put 1, setAlarm 1, delete 1, deleteAll 1; SQL tells its own.

import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { vi } from "vitest";
import { Directory } from "../../../workers/directory/Directory.ts";
import { Gate } from "../../../workers/gate/Gate.ts";
import { Group } from "../../../workers/group/Group.ts";
import { Lobby } from "../../../workers/lobby/Lobby.ts";
import { Mailbox } from "../../../workers/mailbox/Mailbox.ts";
import { Operator } from "../../../workers/operator/Operator.ts";
import { PairingAttempt } from "../../../workers/pairing/PairingAttempt.ts";
import { Room } from "../../../workers/room/Room.ts";
import { TapAttempt } from "../../../workers/tap/TapAttempt.ts";

const SOCKET_MESSAGES_PER_REQUEST = 20;
type Methods = Record<string, (...given: unknown[]) => unknown>;

const OBJECTS = {
  PairingAttempt,
  TapAttempt,
  Group,
  Mailbox,
  Gate,
  Directory,
  Room,
  Lobby,
  Operator,
};

export class Ledger {
  /** One line for each row, as `call on what`. */
  readonly rows: string[] = [];
  readonly calls: string[] = [];
  socketMessages = 0;
  readonly #cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];

  get rowsWritten(): number {
    const bySql = this.#cursors.reduce((sum, cursor) => sum + cursor.rowsWritten, 0);
    return this.rows.length + bySql;
  }

  /** Billed requests to objects: calls, and twenty incoming socket messages to one. */
  get requests(): number {
    return this.calls.length + this.socketMessages / SOCKET_MESSAGES_PER_REQUEST;
  }

  reset(): void {
    this.rows.length = 0;
    this.calls.length = 0;
    this.#cursors.length = 0;
    this.socketMessages = 0;
  }

  /** For the report of a failing test. */
  toString(): string {
    const sql = this.#cursors.filter(({ rowsWritten }) => rowsWritten > 0).length;
    return `${this.rows.join(", ")}, ${sql} SQL writes; ${this.calls.join(", ")}, ${this.socketMessages} frames`;
  }

  /** Listens until `vi.restoreAllMocks`. */
  static async open(): Promise<Ledger> {
    const ledger = new Ledger();
    const probe = env.ATTEMPTS.getByName("999999999");
    await runInDurableObject(probe, (_, { storage }) => ledger.#listenTo(storage));
    for (const [name, type] of Object.entries(OBJECTS)) ledger.#count(name, type.prototype);
    ledger.reset();
    return ledger;
  }

  #listenTo(storage: DurableObjectStorage): void {
    const { rows } = this;
    const cursors = this.#cursors;
    listen(prototypeOf(storage), ["put", "delete", "deleteAll", "setAlarm"], (name) => {
      rows.push(name);
    });
    listen(prototypeOf(storage.kv), ["put", "delete"], (name) => rows.push(`kv.${name}`));
    const exec = storage.sql.exec;
    vi.spyOn(prototypeOf(storage.sql) as Methods, "exec").mockImplementation(function (
      this: object,
      ...query: unknown[]
    ) {
      const cursor = Reflect.apply(exec, this, query) as (typeof cursors)[number];
      cursors.push(cursor);
      return cursor;
    });
  }

  #count(name: string, prototype: object): void {
    for (const method of Object.getOwnPropertyNames(prototype)) {
      if (method === "constructor" || method === "webSocketClose" || method === "webSocketError") {
        continue;
      }
      listen(prototype, [method], () => {
        if (method === "webSocketMessage") this.socketMessages += 1;
        else this.calls.push(`${name}.${method}`);
      });
    }
  }
}

function prototypeOf(value: object): object {
  return Object.getPrototypeOf(value) as object;
}

function listen(target: object, methods: readonly string[], hear: (name: string) => void): void {
  for (const method of methods) {
    const original = Reflect.get(target, method) as (...given: unknown[]) => unknown;
    vi.spyOn(target as Methods, method).mockImplementation(function (
      this: object,
      ...given: unknown[]
    ) {
      hear(method);
      return Reflect.apply(original, this, given);
    });
  }
}
