#!/usr/bin/env node
// Starts the client. Where Node cannot run TypeScript itself, the project's own Node does, with
// the same terminal, signals and exit code.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const PASSED_ON = ["SIGINT", "SIGTERM", "SIGHUP"];

if (process.features.typescript) await import("./main.ts");
else startOn(projectNode());

function projectNode() {
  try {
    return createRequire(import.meta.url).resolve("node/bin/node");
  } catch {
    console.error("acquaint: Node 24 is needed, or the project's own: npm install");
    process.exit(2);
  }
}

function startOn(node) {
  const main = fileURLToPath(new URL("main.ts", import.meta.url));
  const client = spawn(node, [main, ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of PASSED_ON) process.on(signal, () => client.kill(signal));
  client.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    for (const name of PASSED_ON) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}
