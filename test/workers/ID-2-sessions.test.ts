// ID-1, ID-2: sessions are won by signing a challenge, for one origin; the acting user comes from them alone.

import { env, exports } from "cloudflare:workers";
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { CHALLENGE_TTL_SECONDS, SESSION_TTL_SECONDS } from "../../shared/wire/limits.ts";
import { issueToken } from "../../workers/auth/tokens.ts";
import {
  codeOf,
  makeAccount,
  registerAccount,
  request,
  sessionOf,
  signedChallenge,
  strangerActor,
} from "./support/accounts.ts";
import { advanceClock, useStoppedClock } from "./support/clock.ts";
import { connectToMailbox, mintUpgrade, requestUpgrade } from "./support/sockets.ts";

useStoppedClock();

const asBearer = (token: string) =>
  request("GET", "/v1/account", { headers: { authorization: `Bearer ${token}` } });

async function refusalOf(response: Response): Promise<string> {
  const { code } = (await response.json()) as { code: string };
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(response.webSocket).toBe(null);
  return `${response.status} ${code}`;
}

test("ID-2: a signed challenge wins a session of 15 minutes, and not a second more", async () => {
  const ann = await registerAccount();
  const answer = await request("POST", "/v1/sessions", { body: await signedChallenge(ann) });
  expect(answer.status).toBe(201);
  const { token, expiresAt } = answer.body;
  expect(expiresAt - Date.now()).toBeLessThanOrEqual(SESSION_TTL_SECONDS * 1_000);
  expect((await asBearer(token)).body.userId).toBe(ann.userId);
  advanceClock(expiresAt - Date.now() - 1);
  expect((await asBearer(token)).status).toBe(200);
  advanceClock(1);
  expect(codeOf(await asBearer(token))).toBe("unauthenticated");
});

test("ID-2: a challenge serves once, and none serves after a newer one", async () => {
  const ann = await registerAccount();
  const older = await signedChallenge(ann);
  advanceClock(1);
  const newer = await signedChallenge(ann);
  expect((await request("POST", "/v1/sessions", { body: newer })).status).toBe(201);
  for (const body of [newer, older]) {
    expect(codeOf(await request("POST", "/v1/sessions", { body }))).toBe("unauthenticated");
  }
  await evictDurableObject(env.MAILBOXES.getByName(ann.userId));
  expect(codeOf(await request("POST", "/v1/sessions", { body: newer }))).toBe("unauthenticated");
  advanceClock(1);
  const next = await signedChallenge(ann);
  expect((await request("POST", "/v1/sessions", { body: next })).status).toBe(201);
});

test("ID-2: a session is won only under a name that the server has as its own", async () => {
  const ann = await registerAccount();
  const elsewhere = "http://elsewhere.test";
  const response = await exports.default.fetch(
    new Request(`${elsewhere}/v1/sessions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(await signedChallenge(ann, elsewhere)),
    }),
  );
  expect(await refusalOf(response)).toBe("421 misdirected-request");
});

test("ID-2: of one challenge handed in many times at once, one wins", async () => {
  const ann = await registerAccount();
  const body = await signedChallenge(ann);
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => request("POST", "/v1/sessions", { body })),
  );
  expect(answers.filter(({ status }) => status === 201).length).toBe(1);
});

test("ID-2: an old, forged, altered or foreign challenge wins nothing", async () => {
  const [ann, ben] = [await registerAccount(), await registerAccount()];
  const refused = async (body: unknown): Promise<void> => {
    const answer = await request("POST", "/v1/sessions", { body });
    expect(codeOf(answer)).toBe("unauthenticated");
  };
  const old = await signedChallenge(ann);
  advanceClock(CHALLENGE_TTL_SECONDS * 1_000 + 1_000);
  await refused(old);
  await refused(await signedChallenge(ann, "http://elsewhere.test"));
  const { challenge } = await signedChallenge(ann);
  await refused({ challenge, signature: (await signedChallenge(ann)).signature });
  await refused(await signedChallenge({ ...ann, signKey: ben.signKey }));
  await refused(await signedChallenge({ ...ann, deviceId: ben.deviceId }));
  await refused(await signedChallenge({ ...ann, userId: ben.userId }));
  const claims = { userId: ann.userId, deviceId: ann.deviceId, issuedAt: Date.now(), id: "1" };
  const forged = await issueToken("f".repeat(43), "challenge", claims);
  await refused({ challenge: forged.token, signature: old.signature });
  await refused({ challenge: await sessionOf(ann), signature: old.signature });
});

test("ID-2: a stranger gets a challenge like anyone, and no session; nothing is stored for him", async () => {
  const stranger = makeAccount();
  const answer = await request("POST", "/v1/sessions", { body: await signedChallenge(stranger) });
  expect(codeOf(answer)).toBe("unauthenticated");
  const session = await sessionOf(stranger);
  expect(codeOf(await asBearer(session))).toBe("unauthenticated");
  await runInDurableObject(env.MAILBOXES.getByName(stranger.userId), (_, { storage }) => {
    expect([...storage.kv.list()]).toEqual([]);
    const tables = storage.sql.exec(
      "SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'",
    );
    expect(tables.toArray().filter(({ name }) => !String(name).startsWith("sqlite_"))).toEqual([]);
  });
});

test("ID-2: a session of a device that the account does not list does nothing", async () => {
  const ann = await registerAccount();
  const foreign = { userId: ann.userId, deviceId: strangerActor().deviceId };
  const tries = [
    request("GET", "/v1/account", { actor: foreign }),
    request("GET", "/v1/contacts", { actor: foreign }),
    request("GET", "/v1/blocks", { actor: foreign }),
    request("PATCH", "/v1/account", { actor: foreign, body: { visibility: "nobody" } }),
    request("PUT", `/v1/blocks/${strangerActor().userId}`, { actor: foreign }),
    request("POST", "/v1/upgrade-tokens", { actor: foreign, body: { purpose: "mailbox" } }),
    request("POST", "/v1/upgrade-tokens", {
      actor: foreign,
      body: { purpose: "claim", locator: "417", method: "key" },
    }),
  ];
  for (const answer of await Promise.all(tries)) expect(codeOf(answer)).toBe("unauthenticated");
});

test("ID-2: what is signed for one purpose passes for no other", async () => {
  const ann = await registerAccount();
  const { userId, deviceId } = ann;
  const upgrade = await mintUpgrade(ann, "mailbox", null);
  const claims = { userId, deviceId, issuedAt: Date.now(), id: "1" };
  const challenge = (await issueToken(env.SERVER_SECRET, "challenge", claims)).token;
  for (const token of [upgrade, challenge]) {
    expect(codeOf(await asBearer(token))).toBe("unauthenticated");
  }
  const session = await sessionOf(ann);
  for (const token of [session, challenge]) {
    expect(await refusalOf(await requestUpgrade("/v1/mailbox", token))).toBe("401 upgrade-refused");
  }
});

test("ID-2: sessions that are forged, unsigned or of another algorithm are refused", async () => {
  const ann = await registerAccount();
  const { userId, deviceId } = ann;
  const encode = (value: unknown): string =>
    btoa(JSON.stringify(value)).replaceAll("=", "").replaceAll("+", "-").replaceAll("/", "_");
  const payload = encode({ userId, deviceId, exp: Math.floor(Date.now() / 1_000) + 900 });
  const [header, body, signature] = (await sessionOf(ann)).split(".") as [string, string, string];
  const forgeries = [
    (await issueToken("f".repeat(43), "session", { userId, deviceId })).token,
    `${encode({ alg: "none", typ: "JWT" })}.${payload}.`,
    `${encode({ alg: "none", typ: "JWT" })}.${payload}.${signature}`,
    `${encode({ alg: "HS512", typ: "JWT" })}.${body}.${signature}`,
    `${header}.${payload}x.${signature}`,
    `${header}.${body}`,
    `${header}.${body}.${signature.slice(0, -2)}`,
    "..",
    "x",
  ];
  for (const token of forgeries) expect(codeOf(await asBearer(token))).toBe("unauthenticated");
  for (const authorization of ["", "Bearer", "Basic eDp5", `bearer${" "}x`, `Bearer  a.b.c`]) {
    const answer = await request("GET", "/v1/account", { headers: { authorization } });
    expect(codeOf(answer)).toBe("unauthenticated");
  }
});

test("ID-2: a mailbox socket belongs to the token's account", async () => {
  const [ann, ben] = [await registerAccount(), await registerAccount()];
  const socket = await connectToMailbox(ann);
  socket.send({ type: "hello", after: 0 });
  expect((await socket.next()).type).toBe("ready");
  const { body } = await request("POST", "/v1/upgrade-tokens", {
    actor: ben,
    body: { purpose: "mailbox", userId: ann.userId },
  });
  expect(body.code).toBe("malformed-request");
});

test("ID-1: registering the same log again changes nothing; a log that does not verify is refused", async () => {
  const ann = await registerAccount();
  await request("PATCH", "/v1/account", { actor: ann, body: { visibility: "nobody" } });
  const again = await request("POST", "/v1/accounts", { body: { log: ann.log } });
  expect(again.status).toBe(201);
  expect(Object.keys(again.body)).toEqual(["userId", "logHead"]);
  const { body } = await request("GET", "/v1/account", { actor: ann });
  expect(body).toMatchObject({ userId: ann.userId, visibility: "nobody" });
  const [entry] = makeAccount().log;
  const [other] = makeAccount().log;
  for (const log of [
    [{ ...entry, createdAt: 1 }],
    [{ ...entry, signature: other?.signature }],
    [{ ...entry, signKey: other?.signKey }],
    [{ ...entry, recoveryKey: other?.recoveryKey }],
  ]) {
    expect(codeOf(await request("POST", "/v1/accounts", { body: { log } }))).toBe(
      "malformed-request",
    );
  }
});
