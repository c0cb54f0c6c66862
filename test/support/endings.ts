// What is to be let go of in the end: of the test, of the bench that uses the same drivers, or of a part of either.

import { AsyncLocalStorage } from "node:async_hooks";
import { onTestFinished } from "vitest";

type Ending = () => unknown;

const ofBench: Ending[] = [];
const ofPart = new AsyncLocalStorage<Ending[]>();
const isTest = process.env["VITEST"] !== undefined;

export function atEnd(ending: Ending): void {
  const part = ofPart.getStore();
  if (part !== undefined) part.push(ending);
  else if (isTest) onTestFinished(async () => void (await ending()));
  else ofBench.push(ending);
}

/** Lets go of all that the part began as soon as it is over: what many parts leave behind slows them down. */
export async function asPart<Result>(part: () => Promise<Result>): Promise<Result> {
  const endings: Ending[] = [];
  try {
    return await ofPart.run(endings, part);
  } finally {
    await end(endings);
  }
}

/** For a bench: lets go of everything. */
export function endAll(): Promise<void> {
  return end(ofBench);
}

/** The last first. */
async function end(endings: Ending[]): Promise<void> {
  for (const ending of endings.splice(0).toReversed()) await ending();
}
