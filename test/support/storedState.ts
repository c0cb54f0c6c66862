// The state folder of a local server, read from outside: every row as values, and, for a server that
// is down, rows made older, which is how days pass in a test.

import { existsSync, globSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { deserialize, serialize } from "node:v8";

export interface StoredRow {
  readonly object: string;
  readonly file: string;
  readonly table: string;
  /** Columns as SQLite has them. */
  readonly raw: Readonly<Record<string, unknown>>;
  /** The value of a `storage.kv` row; otherwise undefined. */
  readonly value: unknown;
}

/** Every row of every object, or of one class. Works beside a running server, too, unless it is at it right then. */
export function storedRows(stateDir: string, objectClass = ""): StoredRow[] {
  const files = databaseFiles(stateDir).filter((file) => objectOf(file).endsWith(objectClass));
  return files.flatMap((file) => {
    const database = openedForReading(file);
    if (database === null) return [];
    try {
      return tablesOf(database).flatMap((table) =>
        rowsOf(database, table).map((raw) => ({
          object: objectOf(file),
          file,
          table,
          raw,
          value: valueOf(table, raw),
        })),
      );
    } finally {
      database.close();
    }
  });
}

/** Null for one that a running server has deleted in between. */
function openedForReading(file: string): DatabaseSync | null {
  try {
    return new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  } catch (error) {
    if (existsSync(file)) throw error;
    return null;
  }
}

/** What the attempts hold: one value each, none for a locator that is free. */
export function storedAttempts(stateDir: string): Record<string, unknown>[] {
  return storedRows(stateDir)
    .filter(({ object, value }) => object.endsWith("PairingAttempt") && value !== undefined)
    .map(({ value }) => value as Record<string, unknown>);
}

/** What waits in mailboxes for a device that was away. */
export function storedReleases(stateDir: string): Record<string, unknown>[] {
  return storedRows(stateDir)
    .filter(({ table, raw }) => table === "_cf_KV" && isRelease(raw["key"]))
    .map(({ value }) => value as Record<string, unknown>);
}

const isRelease = (key: unknown) => String(key).startsWith("release:");

/** Lets time pass for the attempts and releases of a server that is down: every time in them, and alarms. */
export function letTimePass(stateDir: string, milliseconds: number): void {
  for (const file of databaseFiles(stateDir)) {
    const isAttempt = objectOf(file).endsWith("PairingAttempt");
    if (!isAttempt && !objectOf(file).endsWith("Mailbox")) continue;
    const database = new DatabaseSync(file);
    const tables = tablesOf(database);
    const older = BigInt(milliseconds) * NANOSECONDS;
    // The object knows its alarm, and so does the runtime that is to wake it.
    for (const [table, column] of ALARM_TIMES) {
      if (!tables.includes(table)) continue;
      database.prepare(`UPDATE ${table} SET ${column} = ${column} - ?`).run(older);
    }
    if (tables.includes("_cf_KV")) {
      for (const row of database.prepare("SELECT key, value FROM _cf_KV").all()) {
        if (!isAttempt && !isRelease(row["key"])) continue;
        const value = serialize(aged(valueOf("_cf_KV", row), milliseconds));
        database.prepare("UPDATE _cf_KV SET value = ? WHERE key = ?").run(value, row["key"]!);
      }
    }
    database.close();
  }
}

const NANOSECONDS = 1_000_000n;
const ALARM_TIMES = [
  ["_cf_METADATA", "value"],
  ["_cf_ALARM", "scheduled_time"],
] as const;
const IN_2001 = 1_000_000_000_000;

function aged(value: unknown, milliseconds: number): unknown {
  if (typeof value === "number") return value > IN_2001 ? value - milliseconds : value;
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map((item) => aged(item, milliseconds));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, aged(member, milliseconds)]),
  );
}

function databaseFiles(stateDir: string): string[] {
  return globSync(join(stateDir, "storage/**/*.sqlite"));
}

/** The folder's name: the object's class, or what the local runtime keeps there. */
function objectOf(file: string): string {
  return file.split("/").at(-2) ?? "";
}

/** Alarm times are too large for numbers. */
function rowsOf(database: DatabaseSync, table: string): Record<string, unknown>[] {
  const statement = database.prepare(`SELECT * FROM "${table}"`);
  statement.setReadBigInts(true);
  return statement.all();
}

function tablesOf(database: DatabaseSync): string[] {
  return database
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table'")
    .all()
    .map(({ name }) => String(name));
}

function valueOf(table: string, raw: Record<string, unknown>): unknown {
  return table === "_cf_KV" && raw["value"] instanceof Uint8Array
    ? deserialize(raw["value"])
    : undefined;
}
