// The one migration runner. An object's list is append-only; it runs when the object first writes,
// so that waking an object, or asking one that holds nothing, writes nothing.

const VERSION_KEY = "schemaVersion";

export type Migration = (sql: SqlStorage) => void;

export function isMigrated(storage: DurableObjectStorage): boolean {
  return storage.kv.get<number>(VERSION_KEY) !== undefined;
}

export function migrate(storage: DurableObjectStorage, migrations: readonly Migration[]): void {
  const version = storage.kv.get<number>(VERSION_KEY) ?? 0;
  if (version >= migrations.length) return;
  storage.transactionSync(() => {
    for (const migration of migrations.slice(version)) migration(storage.sql);
    storage.kv.put(VERSION_KEY, migrations.length);
  });
}
