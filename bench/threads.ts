// Threads that are asked and answer, one question at a time.

import { once } from "node:events";
import type { Worker } from "node:worker_threads";

/** The thread's next message; rejects when it fails instead. */
export async function answerOf(worker: Worker): Promise<unknown> {
  const [answer] = (await once(worker, "message")) as [unknown];
  return answer;
}
