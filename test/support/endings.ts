// What is to be let go of in the end: of the test, or of the bench that uses the same drivers.

import { onTestFinished } from "vitest";

type Ending = () => unknown;

const ofBench: Ending[] = [];
const isTest = process.env["VITEST"] !== undefined;

export function atEnd(ending: Ending): void {
  if (isTest) onTestFinished(async () => void (await ending()));
  else ofBench.push(ending);
}

/** For a bench: lets go of everything, the last first. */
export async function endAll(): Promise<void> {
  for (const ending of ofBench.splice(0).toReversed()) await ending();
}
