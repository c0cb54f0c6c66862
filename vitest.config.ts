// Four rings: pure code in Node, objects in workerd, real servers, a real browser.
// Without a browser the last ring says NOT RUN; with ACQUAINT_CI set, that is a failure.

import { availableParallelism } from "node:os";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { findChromium } from "./scripts/chromium.ts";
import { LongestFirst } from "./test/support/longestFirst.ts";
import { UnsteadyTests } from "./test/support/unsteadyTests.ts";

const TEST_SECRET = "dGVzdC10ZXN0LXRlc3QtdGVzdC10ZXN0LXRlc3QtdGU";

/** Long enough for a machine that does much else; what is well takes a small part of it. */
const patient = {
  testTimeout: 120_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 20_000, interval: 50 } },
};

/**
 * Where processes, sockets and browsers are real, a busy machine gets a second try; `UnsteadyTests` names each
 * test that needed it. What is computed alone gets none.
 */
const secondTry = process.env["ACQUAINT_CI"] ? { retry: 1 } : {};

const unit: TestProjectInlineConfiguration = {
  test: {
    name: "unit",
    include: ["test/{wire,core,cards,client,web}/**/*.test.{ts,tsx}"],
    // Its modules name each other without extensions, which Node does not load.
    server: { deps: { inline: [/cose-ts/] } },
    ...patient,
  },
};

const workers: TestProjectInlineConfiguration = {
  plugins: [
    cloudflareTest({
      wrangler: { configPath: "./wrangler.toml" },
      miniflare: { bindings: { SERVER_SECRET: TEST_SECRET } },
    }),
  ],
  test: { name: "workers", include: ["test/workers/**/*.test.ts"], ...patient },
};

const system: TestProjectInlineConfiguration = {
  test: {
    name: "system",
    include: ["test/{scenario,attack,cli,docs}/**/*.test.ts"],
    globalSetup: "./test/support/surroundings.ts",
    ...patient,
    ...secondTry,
  },
};

const browser: TestProjectInlineConfiguration = {
  test: {
    name: "browser",
    include: ["test/browser/**/*.test.ts"],
    globalSetup: "./test/support/surroundings.ts",
    ...patient,
    ...secondTry,
  },
};

const projects = [unit, workers, system];
if (findChromium() !== undefined) {
  projects.push(browser);
} else {
  const missing = "NOT RUN: test/browser (no Chromium or Chrome)";
  if (process.env["ACQUAINT_CI"]) throw new Error(missing);
  console.log(missing);
}

export default defineConfig({
  test: {
    projects,
    reporters: ["default", new UnsteadyTests()],
    sequence: { sequencer: LongestFirst },
    // One a core: what a file waits for runs in processes of its own.
    maxWorkers: Math.max(2, availableParallelism()),
  },
});
