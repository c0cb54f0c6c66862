// PAS-3: a passphrase that was offered in vain is never offered again by this device; one that nobody had a
// guess at still serves.

import { expect, test } from "vitest";
import { memoryStore, PassphraseError, type Store } from "../../shared/client/node.ts";
import { textOf } from "../support/frames.ts";
import {
  BEN,
  eventually,
  heardOn,
  HIGHEST_SID,
  inTime,
  OWN_LOCATOR,
  PairingWorld,
  problemOf,
  typesOn,
} from "./pairingWorld.ts";

const WORDS = "Blue  harbour, at NOON";

const burnt = { name: "PassphraseError", problem: { code: "burnt" } };

/** Enters the words at a locator, where they turn out to be wrong. */
async function burnByEntering(world: PairingWorld, store: Store = memoryStore()) {
  const acquaint = await world.open(store);
  const entered = acquaint.enterPassphrase(OWN_LOCATOR, WORDS);
  const socket = await world.attempt(0);
  await world.claimed(socket, HIGHEST_SID);
  const meeting = await entered;
  socket.say([{ type: "ended", outcome: "mismatch" }]);
  await eventually(() => meeting.isOver);
  return acquaint;
}

test("PAS-3: one that did not lead to a match after this device had claimed is burnt, however it is spelled", async () => {
  const world = new PairingWorld();
  const acquaint = await burnByEntering(world);
  const before = world.requests.length;
  for (const spelling of [WORDS, "blue harbour, at noon", " BLUE harbour, at\tnoon "]) {
    await expect(acquaint.enterPassphrase("418", spelling)).rejects.toMatchObject(burnt);
    await expect(acquaint.ask({ passphrase: spelling })).rejects.toMatchObject(burnt);
  }
  await expect(acquaint.ask({ passphrase: WORDS })).rejects.toBeInstanceOf(PassphraseError);
  expect(world.requests.length).toBe(before);
});

test("its error quotes nothing of it, and says what to do", async () => {
  const acquaint = await burnByEntering(new PairingWorld());
  const error = await acquaint.ask({ passphrase: WORDS }).catch((caught: unknown) => caught);
  const { message } = error as PassphraseError;
  expect(message).toMatch(/used up.*Agree on a new one\.$/);
  expect(message.toLowerCase()).not.toMatch(/blue|harbour|noon/);
});

test("PAS-3: it stays burnt when the program starts anew, and is not burnt on another account's device", async () => {
  const store = memoryStore();
  await burnByEntering(new PairingWorld(), store);
  const again = await new PairingWorld().open(store);
  await expect(again.ask({ passphrase: WORDS })).rejects.toMatchObject(burnt);
  const other = new PairingWorld();
  const asked = (await other.open(memoryStore())).ask({ passphrase: WORDS });
  await other.stand(await other.attempt(0));
  expect((await asked).isOver).toBe(false);
});

test("PAS-3: the one who asked burns it as well, once it has answered the claim", async () => {
  for (const outcome of ["mismatch", "timedOut", "cancelled"] as const) {
    const world = new PairingWorld();
    const acquaint = await world.open();
    const asked = acquaint.ask({ passphrase: WORDS });
    const socket = await world.attempt(0);
    await world.stand(socket);
    const meeting = await asked;
    socket.say([world.claim()]);
    await eventually(() => typesOn(socket).includes("answer"));
    socket.say([{ type: "ended", outcome }]);
    await expect(meeting.contact).rejects.toMatchObject({ reason: outcome });
    await expect(acquaint.ask({ passphrase: WORDS })).rejects.toMatchObject(burnt);
  }
});

test("PAS-3: a request that nobody answered burns nothing: the same words can be asked with again", async () => {
  for (const outcome of ["timedOut", "cancelled", "refused", "unreachable"] as const) {
    const world = new PairingWorld();
    const acquaint = await world.open();
    const asked = acquaint.ask({ passphrase: WORDS });
    const socket = await world.attempt(0);
    await world.stand(socket);
    const meeting = await asked;
    socket.say([{ type: "ended", outcome }]);
    await expect(meeting.contact).rejects.toMatchObject({ reason: outcome });
    const again = acquaint.ask({ passphrase: WORDS });
    await world.stand(await world.attempt(1));
    expect((await again).isOver).toBe(false);
  }
});

test("PAS-3: an answer that another device of the account had given before burns nothing", async () => {
  const world = new PairingWorld();
  const acquaint = await world.open();
  acquaint.connect();
  const line = await world.line();
  const request = world.request(HIGHEST_SID);
  await world.ring(line, acquaint, request);
  const answered = acquaint.requests.answer(request.sid, WORDS);
  const socket = await world.attempt(0);
  socket.accept();
  socket.say([problemOf("answered-elsewhere")]);
  await expect(answered).rejects.toMatchObject({ code: "answered-elsewhere" });
  const asked = acquaint.ask({ passphrase: WORDS });
  await world.stand(await world.attempt(1));
  expect((await asked).isOver).toBe(false);
});

test("PAS-3: once this device has claimed, it is burnt although the server says that another was first", async () => {
  const world = new PairingWorld();
  const acquaint = await world.open();
  acquaint.connect();
  const request = world.request(HIGHEST_SID);
  await world.ring(await world.line(), acquaint, request);
  const answered = acquaint.requests.answer(request.sid, WORDS);
  const socket = await world.attempt(0);
  await world.claimed(socket, HIGHEST_SID);
  const meeting = await answered;
  socket.say([problemOf("answered-elsewhere")]);
  await expect(meeting.contact).rejects.toMatchObject({ reason: "answeredElsewhere" });
  await expect(acquaint.ask({ passphrase: WORDS })).rejects.toMatchObject(burnt);
});

test("PAS-3: once claimed it is used up, however the server says that it ended", async () => {
  const endings = [
    ...["mismatch", "timedOut", "cancelled", "refused", "unreachable"].map((outcome) => ({
      type: "ended",
      outcome,
    })),
    problemOf("attempt-over"),
    { type: "acknowledged" },
  ];
  for (const ending of endings) {
    const world = new PairingWorld();
    const acquaint = await world.open();
    world.respond = (path) =>
      path.includes("release") ? Response.json({ release: null }) : undefined;
    const entered = acquaint.enterPassphrase(OWN_LOCATOR, WORDS);
    const socket = await world.attempt(0);
    await world.claimed(socket, HIGHEST_SID);
    const meeting = await entered;
    socket.say([ending]);
    await eventually(() => meeting.isOver);
    await expect(acquaint.ask({ passphrase: WORDS })).rejects.toMatchObject(burnt);
  }
});

test("PAS-3: an asker who cancels while the server keeps its answer has used it up, after a restart too", async () => {
  const store = memoryStore();
  const world = new PairingWorld();
  const acquaint = await world.open(store);
  const asked = acquaint.ask({ to: BEN, passphrase: WORDS });
  const socket = await world.attempt(0);
  await world.stand(socket);
  const meeting = await asked;
  socket.say([world.claim()]);
  await eventually(() => typesOn(socket).includes("answer"));
  let isCancelled = false;
  void meeting.cancel().then(() => (isCancelled = true));
  await inTime(world, () => isCancelled);
  await expect(acquaint.ask({ to: BEN, passphrase: WORDS })).rejects.toMatchObject(burnt);
  expect(world.attempts).toHaveLength(1);
  await acquaint.close();
  const again = await new PairingWorld().open(store);
  await expect(again.ask({ to: BEN, passphrase: WORDS })).rejects.toMatchObject(burnt);
});

test("PAS-3: a server that keeps silent about the end gets no second guess, after a restart neither", async () => {
  const store = memoryStore();
  const world = new PairingWorld();
  const acquaint = await world.open(store);
  const entered = acquaint.enterPassphrase(OWN_LOCATOR, WORDS);
  await world.claimed(await world.attempt(0), HIGHEST_SID);
  const meeting = await entered;
  await expect(acquaint.ask({ passphrase: WORDS })).rejects.toMatchObject(burnt);
  await expect(acquaint.enterPassphrase("418", WORDS)).rejects.toMatchObject(burnt);
  expect(meeting.isOver).toBe(false);
  await acquaint.close();
  const again = await new PairingWorld().open(store);
  await expect(again.ask({ passphrase: WORDS })).rejects.toMatchObject(burnt);
});

test("PAS-3: entered again where it was claimed, it goes on as the same claim, after a restart too", async () => {
  const store = memoryStore();
  const world = new PairingWorld();
  const acquaint = await world.open(store);
  const entered = acquaint.enterPassphrase(OWN_LOCATOR, WORDS);
  await world.claimed(await world.attempt(0), HIGHEST_SID);
  const meeting = await entered;
  expect(await acquaint.enterPassphrase(OWN_LOCATOR, WORDS)).toBe(meeting);
  expect(world.attempts).toHaveLength(1);
  await acquaint.close();

  const later = new PairingWorld();
  const again = await later.open(store);
  const resumed = await again.enterPassphrase(OWN_LOCATOR, WORDS);
  await later.attempt(0);
  expect(later.wanted.map(({ purpose }) => purpose)).toEqual(["resume"]);
  expect(resumed.isOver).toBe(false);
});

test("PAS-3: a request that was answered before a restart is answered with the same first message", async () => {
  const store = memoryStore();
  const world = new PairingWorld();
  const acquaint = await world.open(store);
  acquaint.connect();
  const request = world.request(HIGHEST_SID);
  await world.ring(await world.line(), acquaint, request);
  const answered = acquaint.requests.answer(HIGHEST_SID, WORDS);
  const socket = await world.attempt(0);
  const offer = await world.claimed(socket, HIGHEST_SID);
  await answered;
  const [claim] = heardOn(socket).filter(({ type }) => type === "claim");
  await acquaint.close();

  const later = new PairingWorld();
  const again = await later.open(store);
  again.connect();
  await later.ring(await later.line(), again, request);
  await again.requests.answer(HIGHEST_SID, "other words");
  const resumed = await later.attempt(0);
  expect(later.wanted.at(-1)).toMatchObject({ purpose: "resume", sid: HIGHEST_SID });
  // The claim had not reached the attempt: it is made again, to the same offer.
  later.respond = (path) =>
    path.includes("release") ? Response.json({ release: null }) : undefined;
  resumed.accept();
  resumed.say([problemOf("attempt-unknown")]);
  await eventually(() => {
    later.clock.advance(50);
    return later.attempts.length > 1;
  });
  expect(later.wanted.at(-1)).toMatchObject({ purpose: "answer", sid: HIGHEST_SID });
  const socketAgain = later.attempts[1]!;
  socketAgain.accept();
  socketAgain.say([offer]);
  await eventually(() => typesOn(socketAgain).includes("claim"));
  expect(heardOn(socketAgain)).toEqual([claim]);
});

test("PAS-3: what is stored before a claim or an answer is said burns it, before anyone can hear it", async () => {
  for (const role of ["initiator", "responder"] as const) {
    const store = memoryStore();
    const world = new PairingWorld();
    const acquaint = await world.open(store);
    const begun =
      role === "initiator"
        ? acquaint.ask({ passphrase: WORDS })
        : acquaint.enterPassphrase(OWN_LOCATOR, WORDS);
    const socket = await world.attempt(0);
    const offered = async () => (await store.all<{ by?: string }>("settings")).some(({ by }) => by);
    const wasBurnt: Promise<boolean>[] = [];
    const send = socket.send.bind(socket);
    socket.send = (data) => {
      if (/"type":"(claim|answer)"/.test(textOf(data))) wasBurnt.push(offered());
      send(data);
    };
    if (role === "initiator") {
      await world.stand(socket);
      await begun;
      expect(await offered()).toBe(false);
      socket.say([world.claim()]);
      await eventually(() => typesOn(socket).includes("answer"));
    } else {
      await world.claimed(socket, HIGHEST_SID);
    }
    expect(await Promise.all(wasBurnt)).toEqual([true]);
  }
});

test("a key that was wrong is no passphrase: it burns none", async () => {
  const world = new PairingWorld();
  const store = memoryStore();
  const acquaint = await world.open(store);
  const shown = acquaint.showKey();
  const socket = await world.attempt(0);
  await world.stand(socket);
  const meeting = await shown;
  socket.say([world.claim()]);
  await eventually(() => typesOn(socket).includes("answer"));
  socket.say([{ type: "ended", outcome: "mismatch" }]);
  await expect(meeting.contact).rejects.toMatchObject({ reason: "mismatch" });
  expect(JSON.stringify(await store.all("settings"))).not.toContain('"by"');
});
