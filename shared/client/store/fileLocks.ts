// Names that processes sharing a folder hold, one at a time each. A lock is a file that names its process; those
// of processes that are gone hold nothing.

import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { isRunning, madeFile, ownFile } from "./fileMakers.ts";
import type { Place, TurnEvents } from "./turns.ts";

const OWNER_ONLY = 0o600;
const FOLDER_OWNER_ONLY = 0o700;
const WITHDRAWN_MS = 20;
/** How soon another process takes over from one that is gone. */
const LOOK_AGAIN_MS = 1_000;

/**
 * Whoever wants a name announces itself by a file of its own, then looks for others: two that announce
 * themselves at once both see it, withdraw, and try again. So at most one ever holds a name.
 * @returns a function that lets go of it; null while another has it
 */
export async function holdName(directory: string, name: string): Promise<(() => void) | null> {
  await mkdir(directory, { recursive: true, mode: FOLDER_OWNER_ONLY });
  for (;;) {
    if ((await holdersOf(directory, name)) > 0) return null;
    const own = ownFile(directory, name, "lock");
    await writeFile(own, "", { flag: "wx", mode: OWNER_ONLY });
    const release = () => rmSync(own, { force: true });
    if ((await holdersOf(directory, name)) === 1) return release;
    release();
    await withdrawn();
  }
}

/** As holdName, but waits for its turn: for what takes a moment only. */
export async function takeName(directory: string, name: string): Promise<() => void> {
  for (;;) {
    const release = await holdName(directory, name);
    if (release !== null) return release;
    await withdrawn();
  }
}

/** Looks again and again, since a process that is gone tells nobody; one that is there is never overtaken. */
export function queueFor(
  hold: () => Promise<(() => void) | null>,
  name: string,
  events: TurnEvents,
): Place {
  let release: (() => void) | null = null;
  let isLeft = false;
  let stopTimer = () => {};
  const look = async (hasWaited: boolean): Promise<void> => {
    const held = await hold().catch(() => null);
    if (isLeft) return held?.();
    release = held;
    if (held !== null) return events.onTurn({ name, id: randomUUID(), hasWaited });
    const timer = globalThis.setTimeout(() => void look(true), LOOK_AGAIN_MS);
    stopTimer = () => clearTimeout(timer);
  };
  void look(false);
  return {
    leave: () => {
      isLeft = true;
      stopTimer();
      release?.();
      release = null;
    },
    overtake: () => {},
  };
}

function withdrawn(): Promise<void> {
  return setTimeout(Math.random() * WITHDRAWN_MS);
}

/** Those that live, this one among them. */
async function holdersOf(directory: string, name: string): Promise<number> {
  const locks = (await readdir(directory)).map(madeFile).filter((made) => made?.ending === "lock");
  return locks.filter((made) => made?.name === name && isRunning(made.maker)).length;
}
