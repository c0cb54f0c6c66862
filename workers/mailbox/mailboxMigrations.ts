// The mailbox's tables, oldest first; append-only. Tables without rowid cost one row a write.

import type { Migration } from "../storage/migrations.ts";

export const MAILBOX_MIGRATIONS: readonly Migration[] = [
  (sql) => {
    sql.exec(`CREATE TABLE device (
      device_id TEXT PRIMARY KEY,
      sign_key TEXT NOT NULL,
      last_challenge_at INTEGER NOT NULL
    ) WITHOUT ROWID`);
    sql.exec(`CREATE TABLE contact (
      peer TEXT PRIMARY KEY,
      method TEXT NOT NULL,
      met_at INTEGER NOT NULL,
      receipt_hash TEXT NOT NULL,
      sequence INTEGER NOT NULL,
      is_removed INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID`);
    sql.exec(`CREATE TABLE block (
      peer TEXT PRIMARY KEY,
      blocked_at INTEGER NOT NULL
    ) WITHOUT ROWID`);
  },
  (sql) => {
    sql.exec("ALTER TABLE device ADD COLUMN number INTEGER NOT NULL DEFAULT 0");
    sql.exec(`CREATE TABLE envelope (
      device INTEGER NOT NULL,
      sequence INTEGER NOT NULL,
      sender TEXT NOT NULL,
      sender_device INTEGER NOT NULL,
      box TEXT NOT NULL,
      PRIMARY KEY (device, sequence)
    ) WITHOUT ROWID`);
  },
  (sql) => {
    sql.exec("ALTER TABLE contact ADD COLUMN standing TEXT");
  },
];
