// The page: web/ into dist/web, with relative nothing and inline nothing, so that a strict CSP holds.

import { join } from "node:path";
import { defineConfig } from "vite";

export default defineConfig({
  root: join(import.meta.dirname, "web"),
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../dist/web",
    emptyOutDir: true,
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: ["index.html", "api.html"].map((name) => join(import.meta.dirname, "web", name)),
    },
  },
});
