// Meetings that a crash or a closed lid has cut short are brought to their end by the next command
// (KEY-5), unless another process of this home is still at them.
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Acquaint, Meeting } from "../shared/client/node.ts";
import type { Presenter } from "./output.ts";
import { printable } from "./printable.ts";

const FOLDER = "running";
/** Those that need longer, such as a key that nobody has entered yet, wait for a later command. */
const PATIENCE_MS = 3_000;

/** Marks this process as being at a meeting. The function returned takes the mark away. */
export async function markRunning(home: string): Promise<() => Promise<void>> {
  const mark = join(home, FOLDER, String(process.pid));
  await mkdir(join(home, FOLDER), { recursive: true, mode: 0o700 });
  await writeFile(mark, "", { mode: 0o600 });
  return () => rm(mark, { force: true });
}

/** Unless another process of this home is at a meeting. */
export async function forgetRunning(home: string): Promise<void> {
  if (!(await isAnotherRunning(home)))
    await rm(join(home, FOLDER), { recursive: true, force: true });
}

export async function finishEarlierMeetings(
  client: Acquaint,
  home: string,
  present: Presenter,
  dropRequests: boolean,
): Promise<void> {
  if (await isAnotherRunning(home)) return;
  const meetings = await client.pendingMeetings();
  if (meetings.length === 0) return;
  let stopTimer = (): void => {};
  const patience = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, PATIENCE_MS);
    stopTimer = () => clearTimeout(timer);
  });
  const ends = meetings.map((meeting) => tellEnd(meeting, present));
  await Promise.race([Promise.all(ends), patience]);
  stopTimer();
  if (dropRequests) await Promise.all(meetings.filter(isUnanswered).map((one) => one.cancel()));
}

/** Asked by a passphrase: its process is gone, so nobody waits for it anymore. */
function isUnanswered({ isOver, asked, events }: Meeting): boolean {
  return !isOver && asked !== null && events.every(({ event }) => event !== "claimed");
}

async function tellEnd(meeting: Meeting, present: Presenter): Promise<void> {
  const contact = await meeting.contact.catch(() => null);
  if (contact === null) return;
  present.remark(
    `An interrupted meeting is complete: you and ${printable(contact.name)} have met.`,
  );
}

/** Marks of processes that are gone are taken away. */
async function isAnotherRunning(home: string): Promise<boolean> {
  const marks = await readdir(join(home, FOLDER)).catch(() => []);
  let isRunning = false;
  for (const mark of marks) {
    const pid = Number(mark);
    if (pid === process.pid) continue;
    if (isAlive(pid)) isRunning = true;
    else await rm(join(home, FOLDER, mark), { force: true });
  }
  return isRunning;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // The process is there but belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
