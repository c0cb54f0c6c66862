// PAS-2, PAS-4 to PAS-8, KEY-5: whatever happens, in whatever order, an attempt of either method has one
// outcome, the same for both. Here in many lives of one locator.

import { test } from "vitest";
import { runSequences, useLives } from "./model/lives.ts";

useLives();

test("PAS-5 PAS-6 PAS-7: many lives of one locator never mix", { timeout: 600_000 }, () =>
  runSequences(60, 24),
);
