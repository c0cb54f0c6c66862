// A thousand claims on one attempt at once: one is evaluated, all are answered. How long that takes, and
// what memory it takes.

import { type BenchAccount, makeAccounts } from "./accounts.ts";
import { connect, framesWith, openAttempt } from "./clients.ts";
import { withStateFolder } from "./folders.ts";
import { startServer } from "./servers.ts";
import { median, short, tableOf } from "./tables.ts";

export async function benchClaims({ quick }: { quick: boolean }): Promise<void> {
  const sizes = quick ? [100] : [10, 100, 1_000];
  const rows = await withStateFolder("/dev/shm", async (stateDir) => {
    const server = await startServer("product", stateDir);
    try {
      const people = await makeAccounts(server.url, Math.max(...sizes) + 1);
      const measured: string[][] = [];
      for (const size of sizes) {
        const residentBefore = server.residentMb();
        const { connectMs, answers } = await claimAtOnce(server.url, people.slice(0, size + 1));
        const times = answers.map(({ ms }) => ms);
        const evaluated = answers.filter(({ isEvaluated }) => isEvaluated).length;
        const resident = [residentBefore, server.residentMb()];
        measured.push(
          [size, evaluated, connectMs, median(times), Math.max(...times), ...resident].map(short),
        );
      }
      return measured;
    } finally {
      await server.stop();
    }
  });
  const header = ["claims", "evaluated", "connected ms", "median answer ms", "last answer ms"];
  console.log(`\n${tableOf([...header, "MB before", "MB after"], rows)}`);
  console.log(
    "A claim that is not evaluated is answered as a wrong one is: 40 to 295 ms after it came, on purpose.",
  );
}

async function claimAtOnce(url: string, people: readonly BenchAccount[]) {
  const [owner, ...claimants] = people;
  const frames = framesWith(0);
  const { initiator, locator } = await openAttempt(url, owner!, frames.open);
  const connectedSince = performance.now();
  const sockets = await Promise.all(
    claimants.map(async (claimant) => {
      const { socket } = await connect(url, claimant, { purpose: "claim", locator, method: "key" });
      await socket.next("offer");
      return socket;
    }),
  );
  const connectMs = performance.now() - connectedSince;
  const startedAt = performance.now();
  const answers = Promise.all(
    sockets.map(async (socket) => {
      const { type } = await socket.next("matched", "ended");
      return { ms: performance.now() - startedAt, isEvaluated: type === "matched" };
    }),
  );
  for (const socket of sockets) socket.send(frames.claim);
  await initiator.next("claim");
  initiator.send(frames.answer);
  const all = await answers;
  for (const socket of [initiator, ...sockets]) socket.close();
  return { connectMs, answers: all };
}
