// Runs the Worker on workerd on this machine: same code, same wrangler.toml, no account, no network.
// It serves the page as it lies in dist/web and never builds it.

import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import {
  convertV4MiniflareOptions,
  Log,
  LogLevel,
  Miniflare,
  type V4WorkerOptions,
} from "miniflare";
import { loadWorker } from "./buildWorker.ts";
import { PAGE_DIR } from "./paths.ts";
import { StartError } from "./startError.ts";
import { openStateFolder } from "./stateFolder.ts";

export interface LocalServerOptions {
  /** 0 takes a free port. */
  port: number;
  /** Where storage and the server's secret are kept. */
  stateDir: string;
  host?: string;
  /**
   * For benches: requests reach the Worker itself, without Miniflare's entry and asset router, as
   * fast as on bare workerd. There is no page then, no `request.cf` and no `cf-connecting-ip`.
   */
  direct?: boolean;
  /** Called with each line that the Worker logs. */
  onLog?: (line: string) => void;
}

export interface LocalServer {
  url: string;
  stop(): Promise<void>;
}

/** Starts a server and resolves once `GET /healthz` answers 200. Throws {@link StartError}. */
export async function startLocalServer(options: LocalServerOptions): Promise<LocalServer> {
  const { port, stateDir, host = "127.0.0.1", direct = false, onLog = () => {} } = options;
  const state = openStateFolder(stateDir);
  let runtime: Miniflare | undefined;
  const stop = async (): Promise<void> => {
    try {
      await runtime?.dispose();
    } finally {
      state.release();
    }
  };
  try {
    const worker = await workerWith({
      SERVER_SECRET: state.serverSecret,
      ...(!LOOPBACK.includes(host) && { PUBLIC_ORIGINS: publicOrigins(host, port) }),
    });
    if (direct) {
      delete worker.assets;
      worker.unsafeDirectSockets = [{ host, port }];
    }
    mkdirSync(PAGE_DIR, { recursive: true }); // the asset binding needs it, even without a page
    endWorkerdWithThisProcess();
    runtime = new Miniflare(
      convertV4MiniflareOptions({
        workers: [worker],
        host,
        port: direct ? 0 : port,
        cf: false,
        resourcePersistencePath: join(state.path, "storage"),
        telemetry: { enabled: false },
        logRequests: false,
        log: new Log(LogLevel.ERROR),
        handleStructuredLogs: ({ message }) => onLog(message),
      }),
    );
    const { origin: url } = direct ? await runtime.unsafeGetDirectURL() : await runtime.ready;
    const health = await fetch(`${url}/healthz`);
    if (!health.ok) throw new StartError(`The server started, but /healthz says ${health.status}.`);
    return { url, stop };
  } catch (error) {
    await stop().catch(() => {}); // a runtime that never started says so again here
    throw asStartError(error, `${host}:${port}`);
  }
}

const LOOPBACK = ["127.0.0.1", "localhost", "::1"];

/** A host other than loopback must be named, since sessions are signed for the server's own origins. */
function publicOrigins(host: string, port: number): string {
  const names = [...LOOPBACK, host].map((name) => (name.includes(":") ? `[${name}]` : name));
  return names.map((name) => `http://${name}:${port}`).join(" ");
}

async function workerWith(bindings: Record<string, string>): Promise<V4WorkerOptions> {
  const { code, options } = await loadWorker();
  return {
    ...options,
    modules: [{ type: "ESModule", path: "main.js", contents: code }],
    bindings: { ...options.bindings, ...bindings },
  };
}

/** Lets workerd die when this process does, even by `kill -9`; see endWithParent.sh. */
function endWorkerdWithThisProcess(): void {
  if (process.platform === "win32") return;
  const nearMiniflare = createRequire(createRequire(import.meta.url).resolve("miniflare"));
  process.env["ACQUAINT_WORKERD"] ??= (nearMiniflare("workerd") as { default: string }).default;
  process.env["MINIFLARE_WORKERD_PATH"] = join(import.meta.dirname, "endWithParent.sh");
}

function asStartError(error: unknown, address: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case "ERR_ADDRESS_IN_USE":
    case "EADDRINUSE":
      return new StartError(`${address} is in use. Choose another port with --port N.`);
    case "EACCES":
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new StartError(`Cannot listen on ${address}: ${message}`);
    default:
      return error;
  }
}
