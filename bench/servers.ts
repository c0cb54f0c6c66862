// The servers under test, each a workerd of its own, reached without a proxy in between.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import {
  convertV4MiniflareOptions,
  Log,
  LogLevel,
  Miniflare,
  type V4WorkerOptionsShape,
} from "miniflare";
import { loadWorker } from "../scripts/buildWorker.ts";
import { atRoot } from "../scripts/paths.ts";

export type ServerKind = "raw" | "rooms" | "product" | "counting" | "relayed";

export interface BenchServer {
  readonly url: string;
  /** CPU that workerd has used since it started. */
  cpuMs(): number;
  /** Resident memory of workerd. */
  residentMb(): number;
  stop(): Promise<void>;
}

export const SERVER_SECRET = "bench".repeat(9);
const CLOCK_TICK_MS = 10;
/** In a minute, an account may do only so much; here few accounts stand for many. */
const NO_BRAKE = { limit: 1_000_000_000, period: 60 as const };

/** @param stateDir where its objects are stored; the disk under it is part of what is measured */
export async function startServer(
  kind: ServerKind,
  stateDir: string,
  options: { inspectorPort?: number; code?: string } = {},
): Promise<BenchServer> {
  const before = new Set(ownWorkerds());
  const { code = await codeOf(kind), ...inspector } = options;
  const worker = {
    ...(kind === "raw" || kind === "rooms" ? BARE_OPTIONS[kind] : await productOptions(kind)),
    modules: [{ type: "ESModule" as const, path: "main.js", contents: code }],
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
  };
  const runtime = new Miniflare(
    convertV4MiniflareOptions({
      workers: [worker],
      host: "127.0.0.1",
      port: 0,
      cf: false,
      resourcePersistencePath: join(stateDir, kind),
      telemetry: { enabled: false },
      logRequests: false,
      log: new Log(LogLevel.ERROR),
      handleStructuredLogs: ({ message }) => console.error(`${kind}: ${message}`),
      ...inspector,
    }),
  );
  const { origin: url } = await runtime.unsafeGetDirectURL();
  await fetch(`${url}/healthz`);
  const pid = ownWorkerds().find((child) => !before.has(child));
  return {
    url,
    cpuMs: () => cpuMsOf(pid),
    residentMb: () => residentMbOf(pid),
    stop: () => runtime.dispose(),
  };
}

const BARE_OPTIONS: Readonly<Record<"raw" | "rooms", V4WorkerOptionsShape>> = {
  raw: {
    name: "raw",
    compatibilityDate: "2026-08-04",
    durableObjects: {
      MEETINGS: { className: "Meeting", useSQLite: true },
      BOXES: { className: "Box", useSQLite: true },
      RELAYS: { className: "Relay", useSQLite: true },
      TOUCHES: { className: "Touch", useSQLite: true },
    },
  },
  rooms: {
    name: "rooms",
    compatibilityDate: "2026-08-04",
    bindings: { SERVER_SECRET },
    durableObjects: {
      RAWS: { className: "Raw", useSQLite: true },
      BARES: { className: "Bare", useSQLite: true },
      CHECKED: { className: "Checked", useSQLite: true },
      Party: { className: "Party", useSQLite: true },
    },
  },
};

async function productOptions(kind: ServerKind): Promise<V4WorkerOptionsShape> {
  const { options } = await loadWorker();
  const { assets: _assets, ratelimits = {}, durableObjects = {}, ...rest } = options;
  const brakes = Object.entries(ratelimits).map(([name, brake]) => [
    name,
    { ...brake, simple: NO_BRAKE },
  ]);
  const relay = { RELAYS: { className: "Relay", useSQLite: true } };
  return {
    ...rest,
    bindings: { SERVER_SECRET },
    ratelimits: Object.fromEntries(brakes),
    durableObjects: { ...durableObjects, ...(kind === "relayed" && relay) },
  };
}

async function codeOf(kind: ServerKind): Promise<string> {
  if (kind === "product") return (await loadWorker()).code;
  const [file] = atRoot(`bench/${kind}/worker.js`) as [string];
  if (kind === "raw") return readFileSync(file, "utf8");
  const result = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
  });
  return result.outputFiles[0]!.text;
}

/** Linux only, as are the figures that come of it; elsewhere they read 0. */
function ownWorkerds(): string[] {
  try {
    return readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && isOwnWorkerd(statOf(pid)));
  } catch {
    return [];
  }
}

interface ProcessStat {
  readonly name: string;
  /** From the state on (proc(5), field 3). */
  readonly fields: readonly string[];
}

function isOwnWorkerd(stat: ProcessStat | null): boolean {
  return stat?.name === "workerd" && stat.fields[1] === String(process.pid);
}

function statOf(pid: string): ProcessStat | null {
  try {
    const [, name = "", fields = ""] =
      /\((.*)\) (.*)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    return { name, fields: fields.split(" ") };
  } catch {
    return null; // it has just ended
  }
}

export function cpuMsOf(pid: string | undefined): number {
  const stat = pid === undefined ? null : statOf(pid);
  return stat === null ? 0 : (Number(stat.fields[11]) + Number(stat.fields[12])) * CLOCK_TICK_MS;
}

export function residentMbOf(pid: string | undefined): number {
  if (pid === undefined) return 0;
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}
