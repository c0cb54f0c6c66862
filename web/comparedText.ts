// When the safety phrase was compared with a contact, and what has become of it since.

import type { Comparison } from "../shared/client/index.ts";
import { dayAndTimeText } from "./clock.ts";

export function comparedText(comparison: Comparison, name: string): string {
  if (comparison.state === "never") return "Not yet: twelve words, read to each other";
  const { state, comparedAt } = comparison;
  const at = comparedAt === null ? "Not yet" : dayAndTimeText(comparedAt);
  if (state === "same") return `${at}; nothing has changed since`;
  if (state === "forked") return `${at}; the keys are others now`;
  return `${at}. Since then ${name} has changed devices or the recovery phrase and signed for it, which is no alarm. Compare once more when you can`;
}
