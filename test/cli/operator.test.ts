// `npm run operator`: the first operator of a server comes to be by whoever holds its secret, and so do its reports come
// to be read.

import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startServer } from "../support/serverProcess.ts";

const SCRIPT = join(import.meta.dirname, "../../scripts/operator.ts");

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function operator(args: readonly string[], secret?: string): Promise<Run> {
  const { SERVER_SECRET: _, ...rest } = process.env;
  const env = secret === undefined ? rest : { ...rest, SERVER_SECRET: secret };
  return new Promise((resolve) => {
    execFile(process.execPath, [SCRIPT, ...args], { env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

test("ROOM-1: an operator is taken in, looked at, given another key and let go from the terminal", async () => {
  const server = await startServer();
  const at = ["--server", server.url, "--state", server.stateDir];
  const openRoom = (apiKey: string) =>
    fetch(`${server.url}/v1/rooms`, {
      method: "POST",
      headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
      body: JSON.stringify({ title: "Tango" }),
    });
  const keyIn = ({ out }: Run) => /^key +(\S+)$/m.exec(out)![1]!;

  const added = await operator(["add", "Dance School", ...at]);
  expect(added).toMatchObject({ code: 0, err: "" });
  const id = /^id +(\S+)$/m.exec(added.out)![1]!;
  const opened = await openRoom(keyIn(added));
  expect(opened.status).toBe(201);
  const { roomId } = (await opened.json()) as { roomId: string };

  const shown = await operator(["show", id, ...at]);
  expect(shown.out).toContain("Dance School");
  expect(shown.out).toContain(`${roomId}  Tango, 0 there`);
  expect(shown.out).not.toContain(keyIn(added));
  expect((await operator(["reports", roomId, ...at])).out).toBe("No reports.\n");

  const secret = readFileSync(join(server.stateDir, "server-secret"), "utf8").trim();
  const renewed = await operator(["renew", id, "--server", server.url], secret);
  const old = await openRoom(keyIn(added));
  expect([old.status, await old.json()]).toMatchObject([
    401,
    { code: "unauthenticated", detail: "This API key is not valid" },
  ]);
  expect((await openRoom(keyIn(renewed))).status).toBe(201);

  expect((await operator(["remove", id, ...at])).code).toBe(0);
  expect((await openRoom(keyIn(renewed))).status).toBe(401);
  const gone = await operator(["show", id, ...at]);
  expect([gone.code, gone.err]).toEqual([1, "The server says: There is no such operator.\n"]);

  const another = await operator(["add", "x", "--server", server.url], "x".repeat(43));
  expect(another).toMatchObject({ code: 1, out: "" });
  expect(another.err).toContain("does not take this secret");
  const unnamed = await operator(["add", " x", ...at]);
  expect(unnamed.err).toBe("The server refuses it: name must not begin or end with a blank.\n");
  await server.stop();
  const nobody = await operator(["add", "x", ...at]);
  expect([nobody.code, nobody.err]).toEqual([
    1,
    `Nothing answers at ${server.url}. Start the server, or name it: --server URL\n`,
  ]);
});

test("ROOM-1: a mistake in such a command is told, with what there is", async () => {
  const stateDir = mkdtempSync(join(tmpdir(), "operator-"));
  const runs = await Promise.all([
    operator(["--help"]),
    operator([]),
    operator(["dance", "x"]),
    operator(["add", "Dance", "School"]),
    operator(["show", "Dance"]),
    operator(["show"]),
    operator(["add", "x", "--port", "1"]),
    operator(["add", "x", "--server", "nowhere"]),
    operator(["add", "x", "--state", stateDir]),
    operator(["add", "x"], "short"),
  ]);
  expect(runs.map(({ code }) => code)).toEqual([0, 2, 2, 2, 2, 2, 2, 2, 1, 1]);
  expect(runs[0]!.out).toContain("Usage: npm run operator -- COMMAND");
  for (const { code, err } of runs)
    if (code === 2) expect(err).toContain("Usage: npm run operator");
  expect(runs[5]!.err).toContain("show of what?");
  expect(runs[8]!.err).toContain(stateDir);
  expect(runs[9]!.err).toContain("SERVER_SECRET is too short");
  for (const { err } of runs) expect(err, "no trace of the program").not.toMatch(/\n +at /);
});
