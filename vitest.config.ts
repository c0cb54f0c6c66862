// Four rings: pure code in Node, objects in workerd, real servers, a real browser.
// Without a browser the last ring says NOT RUN; with ACQUAINT_CI set, that is a failure.

import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { findChromium } from "./scripts/chromium.ts";

const TEST_SECRET = "dGVzdC10ZXN0LXRlc3QtdGVzdC10ZXN0LXRlc3QtdGU";

const unit: TestProjectInlineConfiguration = {
  test: {
    name: "unit",
    include: ["test/{wire,core,cards,client,web}/**/*.test.{ts,tsx}"],
  },
};

const workers: TestProjectInlineConfiguration = {
  plugins: [
    cloudflareTest({
      wrangler: { configPath: "./wrangler.toml" },
      miniflare: { bindings: { SERVER_SECRET: TEST_SECRET } },
    }),
  ],
  test: { name: "workers", include: ["test/workers/**/*.test.ts"] },
};

const system: TestProjectInlineConfiguration = {
  test: {
    name: "system",
    include: ["test/{scenario,attack,cli,docs}/**/*.test.ts"],
    globalSetup: "./test/support/surroundings.ts",
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
};

const browser: TestProjectInlineConfiguration = {
  test: {
    name: "browser",
    include: ["test/browser/**/*.test.ts"],
    globalSetup: "./test/support/surroundings.ts",
    testTimeout: 60_000,
    hookTimeout: 60_000,
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

export default defineConfig({ test: { projects } });
