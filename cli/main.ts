#!/usr/bin/env node
// The terminal client `acquaint`. Compiled code is kept between runs, which halves the time to
// start, in the owner's own folder: in a shared one, others could put code of theirs.
import * as modules from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

const caches = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
// Node 20 has no such cache.
modules.enableCompileCache?.(join(caches, "acquaint"));
await import("./process.ts");
