// ID-2: sockets are opened by upgrade tokens: for one object, once, for 30 seconds, never in a URL.

import { env } from "cloudflare:workers";
import { evictDurableObject } from "cloudflare:test";
import { afterEach, expect, test, vi } from "vitest";
import { COLD_TOKEN_AGE_MS, UPGRADE_TOKEN_TTL_SECONDS } from "../../shared/wire/limits.ts";
import { Mailbox } from "../../workers/mailbox/Mailbox.ts";
import { PairingAttempt } from "../../workers/pairing/PairingAttempt.ts";
import { Room } from "../../workers/room/Room.ts";
import { codeOf, registerAccount, request, strangerActor } from "./support/accounts.ts";
import { advanceClock, useStoppedClock } from "./support/clock.ts";
import { freshLocator, openMessage } from "./support/pairing.ts";
import { openRoom } from "./support/rooms.ts";
import { connect, connectToAttempt, mintUpgrade, requestUpgrade } from "./support/sockets.ts";

useStoppedClock();

afterEach(() => vi.restoreAllMocks());

async function refusalOf(response: Response): Promise<string> {
  const { code } = (await response.json()) as { code: string };
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(response.webSocket).toBe(null);
  return `${response.status} ${code}`;
}

test("ID-2: an upgrade token opens its object, once", async () => {
  const locator = freshLocator();
  const actor = strangerActor();
  const token = await mintUpgrade(actor, "open", locator);
  const socket = await connect(`/v1/attempts/${locator}`, token);
  const again = (path: string): Promise<Response> => requestUpgrade(path, token);
  expect(await refusalOf(await again(`/v1/attempts/${locator}`))).toBe("401 upgrade-refused");
  socket.close();
  expect(await refusalOf(await again(`/v1/attempts/${locator}`))).toBe("401 upgrade-refused");
  const fresh = await mintUpgrade(actor, "open", locator);
  for (const path of [
    `/v1/attempts/${freshLocator()}`,
    "/v1/mailbox",
    "/v1/attempts/0",
    "/v1/attempts/abc",
  ]) {
    expect(await refusalOf(await requestUpgrade(path, fresh))).toBe("401 upgrade-refused");
  }
  const mailbox = await mintUpgrade(actor, "mailbox", null);
  expect(await refusalOf(await requestUpgrade(`/v1/attempts/${locator}`, mailbox))).toBe(
    "401 upgrade-refused",
  );
});

test("ID-2: of many uses of one upgrade token at once, one opens a socket", async () => {
  const locator = freshLocator();
  const token = await mintUpgrade(strangerActor(), "open", locator);
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => requestUpgrade(`/v1/attempts/${locator}`, token)),
  );
  const opened = answers.filter(({ status }) => status === 101);
  expect(opened.length).toBe(1);
  opened[0]?.webSocket?.accept();
});

test("ID-2: an upgrade token dies after 30 seconds", async () => {
  const locator = freshLocator();
  const initiator = await connectToAttempt(strangerActor(), "open", locator);
  await initiator.ask(openMessage());
  const token = await mintUpgrade(strangerActor(), "claim", locator);
  const late = await mintUpgrade(strangerActor(), "claim", locator);
  advanceClock((UPGRADE_TOKEN_TTL_SECONDS - 1) * 1_000);
  const visitor = await connect(`/v1/attempts/${locator}`, token);
  expect((await visitor.next()).type).toBe("offer");
  advanceClock(1_000);
  expect(await refusalOf(await requestUpgrade(`/v1/attempts/${locator}`, late))).toBe(
    "401 upgrade-refused",
  );
});

test.for(["hibernate", "close"] as const)(
  "ID-2: a spent upgrade token stays spent when the object is evicted (sockets: %s)",
  async (webSockets) => {
    const locator = freshLocator();
    const token = await mintUpgrade(strangerActor(), "open", locator);
    const socket = await connect(`/v1/attempts/${locator}`, token);
    await socket.ask(openMessage());
    // An object hibernates after ten idle seconds at the earliest.
    advanceClock(10_000);
    await evictDurableObject(env.ATTEMPTS.getByName(locator), { webSockets });
    expect(await refusalOf(await requestUpgrade(`/v1/attempts/${locator}`, token))).toBe(
      "401 upgrade-refused",
    );
  },
);

test("ID-2: an object that was just woken takes no token older than its word, and takes fresh ones", async () => {
  const locator = freshLocator();
  const old = await mintUpgrade(strangerActor(), "open", locator);
  advanceClock(COLD_TOKEN_AGE_MS + 1);
  expect(await refusalOf(await requestUpgrade(`/v1/attempts/${locator}`, old))).toBe(
    "401 upgrade-refused",
  );
  const fresh = await mintUpgrade(strangerActor(), "open", locator);
  advanceClock(COLD_TOKEN_AGE_MS + 1);
  const socket = await connect(`/v1/attempts/${locator}`, fresh);
  expect((await socket.ask(openMessage()))[0]?.type).toBe("opened");
});

test("ID-2: exactly one subprotocol is echoed, never the token; without both, no socket", async () => {
  const locator = freshLocator();
  const offer = async (protocols: (token: string) => string): Promise<Response> => {
    const token = await mintUpgrade(strangerActor(), "open", locator);
    const response = await requestUpgrade(`/v1/attempts/${locator}`, token, protocols(token));
    const told =
      JSON.stringify([...response.headers]) +
      (response.status === 101 ? "" : await response.clone().text());
    expect(told).not.toContain(token);
    response.webSocket?.accept();
    return response;
  };
  for (const protocols of [
    (token: string) => `acquaint.v1.json, acquaint.token.${token}`,
    (token: string) => `acquaint.token.${token},other,acquaint.v1.json`,
  ]) {
    const response = await offer(protocols);
    expect(response.status).toBe(101);
    expect(response.headers.get("sec-websocket-protocol")).toBe("acquaint.v1.json");
  }
  for (const protocols of [
    (token: string) => `acquaint.token.${token}`,
    () => "acquaint.v1.json",
    () => "",
    (token: string) => `acquaint.v1.json, ${token}`,
    (token: string) => `acquaint.v2.json, acquaint.token.${token}`,
    () => "acquaint.v1.json, acquaint.token.",
  ]) {
    expect(await refusalOf(await offer(protocols))).toBe("401 upgrade-refused");
  }
});

test("ID-2: an object that restarts or fails while it opens a socket is tried again, and the log has it", async () => {
  const account = await registerAccount();
  const { roomId } = await openRoom(account);
  const change = { room: { roomId, linkHash: null, sealed: null } };
  const locator = freshLocator();
  const doors = [
    { of: Room, purpose: "room", path: `/v1/rooms/${roomId}/line`, at: null, change },
    { of: Mailbox, purpose: "mailbox", path: "/v1/mailbox", at: null, change: {} },
    {
      of: PairingAttempt,
      purpose: "open",
      path: `/v1/attempts/${locator}`,
      at: locator,
      change: {},
    },
  ] as const;
  const logged = vi.spyOn(console, "error").mockImplementation(() => {});
  for (const { of, purpose, path, at, change: more } of doors) {
    for (const failure of ["restart", "failure"]) {
      vi.spyOn(of.prototype, "fetch").mockImplementationOnce(async function (this: object) {
        const { ctx } = this as { readonly ctx: DurableObjectState };
        if (failure === "restart") ctx.abort("crash");
        throw new TypeError("secret");
      } as never);
      logged.mockClear();
      const token = await mintUpgrade(account, purpose, at, more);
      const answer = await refusalOf(await requestUpgrade(path, token));
      expect(answer, `${purpose}: ${failure}`).toBe("503 try-again");
      const name = failure === "restart" ? "Error" : "TypeError";
      expect(logged.mock.calls, `${purpose}: ${failure}`).toEqual([
        [`unexpected ${name} in an upgrade`],
      ]);
    }
    const token = await mintUpgrade(account, purpose, at, more);
    (await connect(path, token)).close();
  }
});

test("ID-2: a token in the URL opens nothing", async () => {
  const locator = freshLocator();
  const token = await mintUpgrade(strangerActor(), "open", locator);
  const path = `/v1/attempts/${locator}?token=${token}&acquaint.token.${token}`;
  expect(await refusalOf(await requestUpgrade(path, "", "acquaint.v1.json"))).toBe(
    "401 upgrade-refused",
  );
});

test("ID-2: the acting user comes from the session; a header of the client's is not passed on", async () => {
  const locator = freshLocator();
  const forged = JSON.stringify({
    ...strangerActor(),
    purpose: "open",
    locator,
    id: "x",
    issuedAt: Date.now(),
  });
  const answer = await request("GET", `/v1/attempts/${locator}`, {
    headers: { upgrade: "websocket", "acquaint-upgrade": forged },
  });
  expect(codeOf(answer)).toBe("upgrade-refused");
});
