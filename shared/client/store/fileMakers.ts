// Who made a file: its name tells the process, so exactly that no later one is taken for it. No clock has a part in
// this: a computer sleeps, and its clock may be set.

import { randomBytes, randomUUID } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** What a file is named for, its maker, and its ending. */
const MADE_FILE = /^(.*)\.(\d+(?:-[0-9a-f]+)*)\.[0-9a-f-]{36}\.(json|lock|new)$/;
const NAMESPACE = /^pid:\[(\d+)\]$/;
/** In /proc/<pid>/stat, field 22, counted from the state, which follows the program's name in parentheses. */
const START_FIELD = 22 - 3;

export interface MadeFile {
  readonly file: string;
  readonly name: string;
  readonly maker: string;
  readonly ending: string;
}

/** Of this process: its number, its start in ticks since the boot, the namespace of its number, and the boot. */
const KERNEL_MAKER = kernelMaker();
/** Where the kernel does not tell that: its number, and what no other process with that number has. */
const MAKER = KERNEL_MAKER ?? `${process.pid}-${randomBytes(4).toString("hex")}`;

/** A path that nothing has had before, made by this process. */
export function ownFile(directory: string, name: string, ending: "json" | "lock" | "new"): string {
  return join(directory, `${name}.${MAKER}.${randomUUID()}.${ending}`);
}

/** Null for a file that does not tell its maker. */
export function madeFile(file: string): MadeFile | null {
  const [, name, maker, ending] = MADE_FILE.exec(file) ?? [];
  if (name === undefined || maker === undefined || ending === undefined) return null;
  return { file, name, maker, ending };
}

/**
 * Whether a maker still runs. One of another pid namespace (another container that shares the folder) cannot be
 * looked for from here: until the computer is started anew it counts as running, even if it has ended.
 * Without the kernel's word, a process that runs under the maker's number is taken for it.
 */
export function isRunning(maker: string): boolean {
  if (maker === MAKER) return true;
  const [number, start, namespace, boot] = maker.split("-");
  if (KERNEL_MAKER !== null && boot !== undefined) {
    const [, , ownNamespace, ownBoot] = KERNEL_MAKER.split("-");
    if (boot !== ownBoot) return false;
    if (namespace !== ownNamespace) return true;
  }
  const pid = Number(number);
  if (pid === process.pid || !isTaken(pid)) return false;
  if (KERNEL_MAKER === null || boot === undefined) return true;
  return [start, null].includes(startOf(pid)); // some systems hide the processes of others
}

function kernelMaker(): string | null {
  try {
    // Otherwise it shows the processes of another namespace, under numbers that mean others here.
    if (readlinkSync("/proc/self") !== String(process.pid)) return null;
    const start = startOf(process.pid);
    const [, namespace] = NAMESPACE.exec(readlinkSync("/proc/self/ns/pid")) ?? [];
    const [boot] = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").split("-");
    if (start === null || namespace === undefined || boot === undefined) return null;
    return [process.pid, start, namespace, boot].join("-");
  } catch {
    return null; // no Linux, or one that hides it
  }
}

/** Null when it cannot be read. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[START_FIELD] ?? null;
  } catch {
    return null;
  }
}

function isTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
