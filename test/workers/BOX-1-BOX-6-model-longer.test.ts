// BOX-1, BOX-6: whatever happens, in whatever order, each device gets every acknowledged envelope at least
// once and, those that it has left out, exactly once and in the order in which it was sent. Here in longer lives.

import { test } from "vitest";
import { runSequences, useLives } from "./model/lineLives.ts";

useLives();

test("longer lives of the line lose nothing and keep the order", { timeout: 600_000 }, () =>
  runSequences(120, 30),
);
