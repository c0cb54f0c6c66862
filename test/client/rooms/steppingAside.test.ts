// ROOM-5 as a client has it: invitations either way, how they end, and the pair room that one leads to.

import { expect, test } from "vitest";
import { RoomOver } from "../../../shared/client/node.ts";
import type { UserId } from "../../../shared/wire/ids.ts";
import { problem } from "../../../shared/wire/problem.ts";
import type { Invitation, InvitationOutcome, Pair } from "../../../shared/wire/roomLine.ts";
import { BEN, CEM, faultOf, heardOn, lastOf, PAIR, RoomWorld } from "./roomWorld.ts";

const idOf = (fill: number) => Buffer.alloc(16, fill).toString("base64url");
const WITH_BEN: Pair = { roomId: PAIR, with: BEN };

/** In a room, where invitations wait for 30 s by the server's clock. */
async function openRoom() {
  const world = await RoomWorld.open();
  const joined = await world.join();
  let { socket } = joined;
  const invitation = (fill: number, from: UserId, to: UserId): Invitation => {
    return { invitationId: idOf(fill), from, to, expiresAt: world.serverNow() + 30_000 };
  };
  return {
    ...joined,
    world,
    ofBen: (fill = 1) => invitation(fill, BEN, world.own),
    toBen: (fill = 2) => invitation(fill, world.own, BEN),
    tell: (waiting: Invitation, number: number | null = null) =>
      socket.say([{ type: "invitation", invitation: waiting, number, now: world.serverNow() }]),
    end: (waiting: Invitation, outcome: InvitationOutcome, pair: Pair | null = null) =>
      socket.say([{ type: "invitationOver", invitation: waiting, outcome, pair }]),
    lose: async () => (socket = await world.lose(socket)),
    lastInvite: () => lastOf(socket, "invite")!,
    lastReply: () => lastOf(socket, "reply")!,
    refuse: (number: number, code: "invitation-over" | "engaged-already") =>
      socket.say([{ type: "refused", number, problem: problem(code) }]),
  };
}

test("ROOM-5: an invitation resolves when it waits, and ends as it is told", async () => {
  const { world, room, told, toBen, tell, end, lastInvite } = await openRoom();
  const inviting = room.invite(BEN);
  expect(lastInvite()).toMatchObject({ to: BEN });
  const waiting = toBen();
  tell(waiting, lastInvite().number);
  const here = { ...waiting, expiresAt: world.clock.now() + 30_000 };
  expect(await inviting).toEqual(here);
  expect(room.invitations).toEqual([here]);
  end(waiting, "declined");
  expect(room.invitations).toEqual([]);
  expect(told).toEqual([
    { event: "invitation", invitation: here },
    { event: "invitationOver", invitation: here, outcome: "declined", pair: null },
  ]);
  expect(room.pair).toBe(null);
});

test("ROOM-5: what the room refuses is refused: to invite, to answer too late", async () => {
  const { room, ofBen, tell, refuse, lastInvite, lastReply } = await openRoom();
  const inviting = room.invite(BEN);
  refuse(lastInvite().number, "engaged-already");
  await expect(inviting).rejects.toMatchObject({ code: "engaged-already" });
  await expect(room.invite("somebody")).rejects.toMatchObject({ code: "malformed-request" });
  tell(ofBen());
  const answering = room.decline(idOf(1));
  refuse(lastReply().number, "invitation-over");
  await expect(answering).rejects.toMatchObject({ code: "invitation-over" });
  const sent = lastReply();
  for (const answer of [room.accept(idOf(9)), room.decline(idOf(9)), room.cancel(idOf(9))]) {
    await expect(answer).rejects.toMatchObject({ code: "invitation-over" });
  }
  expect(lastReply()).toEqual(sent);
});

test("ROOM-5: accepting leads to the pair room, until it is over", async () => {
  const { room, socket, told, ofBen, tell, end, lastReply } = await openRoom();
  tell(ofBen());
  const accepting = room.accept(idOf(1));
  expect(lastReply()).toMatchObject({ invitationId: idOf(1), reply: "accept" });
  end(ofBen(), "accepted", WITH_BEN);
  expect(await accepting).toEqual(WITH_BEN);
  expect([room.pair, room.invitations]).toEqual([WITH_BEN, []]);
  socket.say([{ type: "returned", roomId: PAIR }]);
  expect(room.pair).toBe(null);
  expect(told.at(-1)).toEqual({ event: "returned", roomId: PAIR });
});

test("ROOM-5: declining and taking back are done once the invitation is over, however it ended", async () => {
  const { room, ofBen, toBen, tell, end, lastReply } = await openRoom();
  tell(ofBen());
  const declining = room.decline(idOf(1));
  expect(lastReply().reply).toBe("decline");
  end(ofBen(), "declined");
  await declining;
  tell(toBen());
  const cancelling = room.cancel(idOf(2));
  expect(lastReply().reply).toBe("cancel");
  end(toBen(), "accepted", WITH_BEN);
  await cancelling;
  expect(room.pair).toEqual(WITH_BEN);
  tell(ofBen(3));
  const accepting = faultOf(room.accept(idOf(3)));
  end(ofBen(3), "cancelled");
  expect(await accepting).toMatchObject({ code: "invitation-over" });
});

test("ROOM-5: of two who invite each other both come to the same pair room", async () => {
  const { room, ofBen, toBen, tell, end, lastInvite } = await openRoom();
  tell(ofBen());
  const first = room.invite(BEN);
  end(ofBen(), "accepted", WITH_BEN);
  expect(await first).toMatchObject({ from: BEN });
  expect(room.pair).toEqual(WITH_BEN);
  const second = room.invite(BEN);
  tell(toBen(), lastInvite().number);
  end(toBen(), "accepted", WITH_BEN);
  expect(await second).toMatchObject({ to: BEN });
});

test("ROOM-5: another client of this account may invite under the same number", async () => {
  const { world, room, toBen, tell, lastInvite } = await openRoom();
  const inviting = room.invite(BEN);
  const elsewhere = { ...toBen(5), to: CEM };
  tell(elsewhere, lastInvite().number);
  tell(toBen(6), 7);
  tell(toBen(7), lastInvite().number);
  expect((await inviting).invitationId).toBe(idOf(7));
  expect(room.invitations.map(({ from }) => from)).toEqual([world.own, world.own, world.own]);
});

test("ROOM-5: what ended during a loss is told when it is back: as far as it can be seen, each once", async () => {
  const { world, room, told, ofBen, toBen, tell, lose } = await openRoom();
  const ofCem = { ...ofBen(4), from: CEM };
  for (const waiting of [ofBen(1), ofCem, toBen(2)]) tell(waiting);
  const kept = { ...ofBen(5), expiresAt: world.serverNow() + 60_000 };
  tell(kept);
  const accepting = room.accept(idOf(1));
  const declining = room.decline(idOf(4));
  told.length = 0;
  const next = await lose();
  const fresh = { ...ofBen(6), from: CEM };
  next.say([world.entered({ pair: WITH_BEN, invitations: [kept, fresh] })]);
  expect(await accepting).toEqual(WITH_BEN);
  await declining;
  const over = told.filter(({ event }) => event === "invitationOver");
  expect(over).toMatchObject([
    { invitation: { invitationId: idOf(1) }, outcome: "accepted", pair: WITH_BEN },
    { invitation: { invitationId: idOf(4) }, outcome: "gone", pair: null },
    { invitation: { invitationId: idOf(2) }, outcome: "accepted", pair: WITH_BEN },
  ]);
  expect(room.invitations.map(({ invitationId }) => invitationId)).toEqual([idOf(5), idOf(6)]);
  expect(told.filter(({ event }) => event === "invitation")).toHaveLength(1);
  world.clock.advance(61_000);
  const again = await lose();
  again.say([world.entered()]);
  expect(told.filter(({ event }) => event === "returned")).toHaveLength(1);
  expect(told.at(-2)).toMatchObject({ event: "invitationOver", outcome: "timedOut" });
});

test("ROOM-5: after a loss an answer is said again, an invitation only if it cannot have come", async () => {
  const { world, room, ofBen, tell, lose, end, lastReply } = await openRoom();
  tell(ofBen());
  const accepting = room.accept(idOf(1));
  const sent = lastReply();
  const inviting = faultOf(room.invite(BEN));
  const next = await lose();
  const later = room.invite(CEM);
  next.say([world.entered({ invitations: [ofBen()] })]);
  expect(lastReply()).toEqual(sent);
  expect(await inviting).toMatchObject({ name: "ConnectionError" });
  expect(heardOn(next).filter(({ type }) => type === "invite")).toMatchObject([{ to: CEM }]);
  const listed = { ...ofBen(8), from: world.own, to: CEM };
  tell(listed, lastOf(next, "invite")!.number);
  expect((await later).to).toBe(CEM);
  end(ofBen(), "accepted", WITH_BEN);
  await accepting;
});

test("ROOM-5: an invitation whose receipt was lost is there when the room lists it", async () => {
  const { world, room, toBen, lose } = await openRoom();
  const inviting = room.invite(BEN);
  (await lose()).say([world.entered({ invitations: [toBen()] })]);
  expect((await inviting).invitationId).toBe(idOf(2));
});

test("ROOM-5: when the stay is over nothing waits any more", async () => {
  const { room, socket, ofBen, tell } = await openRoom();
  tell(ofBen());
  const faults = [room.invite(CEM), room.accept(idOf(1)), room.decline(idOf(1))].map(faultOf);
  socket.say([{ type: "ended", leaving: "banned" }]);
  for (const fault of await Promise.all(faults)) expect(fault).toBeInstanceOf(RoomOver);
  expect(room.invitations).toEqual([]);
  await expect(room.invite(BEN)).rejects.toBeInstanceOf(RoomOver);
});
