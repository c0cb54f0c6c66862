// ROOM-4: a connection that has died without a word is noticed by its silence. The platform tells by the real time when a
// client has last sent a keep-alive, so the clock runs here until a test sets it ahead.

import { afterEach, expect, test, vi } from "vitest";
import { SILENT_SECONDS } from "../../shared/wire/limits.ts";
import { strangerActor } from "./support/accounts.ts";
import { evict, Guest, makeRoom } from "./support/rooms.ts";

afterEach(() => void vi.useRealTimers());

function setAhead(seconds: number): void {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + seconds * 1_000 });
}

test.for(["awake", "asleep"])(
  "ROOM-4: whoever has sent keep-alives and does so no more is away as soon as something happens (%s)",
  async (state) => {
    const [ann, ben, cem] = [strangerActor(), strangerActor(), strangerActor()];
    const roomId = await makeRoom(ann);
    const [atAnn, atBen] = [await Guest.come(ann, roomId), await Guest.come(ben, roomId)];
    const atCem = await Guest.come(cem, roomId);
    // Cem never sends one.
    for (const { socket } of [atAnn, atBen]) await socket.ping();
    setAhead(SILENT_SECONDS - 10);
    atAnn.say("Is everybody there?");
    await atBen.hears("Is everybody there?");
    if (state === "asleep") await evict(roomId);
    setAhead(31);
    atAnn.say("And now?");
    await atAnn.until(() => atAnn.member(ben)?.isAway === true);
    await atBen.socket.closed;
    await atCem.hears("And now?");
    expect(atAnn.people).toContain(cem.userId);
    expect(atAnn.socket.isClosed).toBe(false);
    expect(atCem.socket.isClosed).toBe(false);
    await atBen.again();
    await atAnn.until(() => atAnn.member(ben)?.isAway === undefined);
  },
);
