// Signals between processes that share a folder: each appends a line to a file that the others watch.

import {
  appendFileSync,
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  truncateSync,
  watch,
} from "node:fs";
import { join } from "node:path";
import type { Store } from "./store.ts";

export const SIGNALS_FILE = "signals";
/** Longer, the file begins anew: whoever has not read on by then misses what is allowed to be missed. */
const FILE_MAX_BYTES = 64 * 1024;

export function fileSignals(directory: string): Pick<Store, "signal" | "onSignal"> {
  const file = join(directory, SIGNALS_FILE);
  return {
    signal: (name) => {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      appendFileSync(file, `${name}\n`, { mode: 0o600 });
    },
    onSignal: (listener) => {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      const descriptor = openSync(file, "a+", 0o600);
      let read = fstatSync(descriptor).size;
      const watcher = watch(file, { persistent: false }, () => {
        const { size } = fstatSync(descriptor);
        if (size < read) read = 0;
        const bytes = Buffer.alloc(size - read);
        readSync(descriptor, bytes, 0, bytes.length, read);
        const end = bytes.lastIndexOf(10) + 1;
        read += end;
        const names = bytes.subarray(0, end).toString("utf8").split("\n");
        for (const name of new Set(names)) if (name !== "") listener(name);
        if (read > FILE_MAX_BYTES) truncateSync(file);
      });
      watcher.on("error", () => {}); // signals may get lost
      return () => {
        watcher.close();
        closeSync(descriptor);
      };
    },
  };
}
