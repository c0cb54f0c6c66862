// What surfaces as an uncaught error while something is done, instead of ending the test run.

import { turn } from "./world.ts";

/** The messages, in the order in which they surfaced. */
export async function uncaughtDuring(task: () => unknown): Promise<string[]> {
  const messages: string[] = [];
  const others = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", ({ message }) => messages.push(message));
  try {
    await task();
    await turn();
  } finally {
    process.removeAllListeners("uncaughtException");
    for (const listener of others) process.on("uncaughtException", listener);
  }
  return messages;
}
