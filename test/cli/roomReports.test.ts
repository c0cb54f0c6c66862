// ROOM-7: reports at the terminal, as people read them and ask for them in a room.
import { describe, expect, test } from "vitest";
import type { RoomCliEvent } from "../../cli/roomEvents.ts";
import { RoomLabels } from "../../cli/roomLabels.ts";
import { roomOrderIn } from "../../cli/roomOrders.ts";
import { reportPerson } from "../../cli/roomReporting.ts";
import { roomLines } from "../../cli/roomText.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { refusal } from "../client/world.ts";
import { BEN, CEM, ROOM, RoomWorld } from "../client/rooms/roomWorld.ts";

const OUT: Terminal = { interactive: false, colored: false, columns: 100, write() {} };
const linesOf = (event: RoomCliEvent) => roomLines(event, OUT, new RoomLabels());

describe("a report", () => {
  const reported = (members: Partial<Extract<RoomCliEvent, { event: "roomReported" }>>) =>
    linesOf({
      event: "roomReported",
      roomId: ROOM,
      userId: BEN,
      name: "Ben",
      messages: 0,
      role: "member",
      operator: null,
      ...members,
    }).join();

  test("says who reads it: about who looks after the room nobody who does", () => {
    expect(reported({ messages: 2 })).toBe(
      "You have reported Ben to those who look after the room, with 2 messages of theirs.",
    );
    for (const role of ["owner", "moderator"] as const) {
      const text = reported({ role });
      expect(text).toContain("so only whoever runs the server will read it");
      expect(text).not.toContain("to those who");
    }
    expect(reported({ role: "moderator", operator: "Photo Weekly" })).toContain(
      "only Photo Weekly, which has opened the room, and whoever runs the server",
    );
    expect(reported({ role: null })).toContain(
      "if it is one of them, only whoever runs the server",
    );
  });

  test("is shown with what the room has confirmed, and what is the reporter's word", () => {
    const [head, sure, unsure] = linesOf({
      event: "roomReport",
      roomId: ROOM,
      reportId: "report",
      by: CEM,
      userId: BEN,
      name: null,
      reason: "spam",
      note: "",
      messages: [
        { text: "Buy this", at: 1, isConfirmed: true },
        { text: "And that", at: 2, isConfirmed: false },
      ],
      at: 3,
    });
    expect(head).toBe("bbbbbbbb, for spam");
    expect(sure).toMatch(/Buy this$/);
    expect(unsure).toMatch(
      /And that {2}\(only the reporter says so; the room cannot confirm it\)$/,
    );
  });

  test("that is new is told of, and none that is put aside", () => {
    const told = (before: number, count: number) =>
      linesOf({ event: "roomReports", roomId: ROOM, before, count });
    expect(told(0, 1)).toEqual([`1 report to read: acquaint room reports ${ROOM}`]);
    expect(told(2, 1)).toEqual([]);
  });

  test("is asked for in the room, with a reason", () => {
    expect(roomOrderIn("/report Ben Nevis spam")).toEqual({
      kind: "report",
      who: "Ben Nevis",
      reason: "spam",
    });
    for (const line of ["/report", "/report spam", "/report Ben", "/report Ben loud"]) {
      expect(roomOrderIn(line)).toMatchObject({ kind: "fault" });
    }
  });

  test("carries the last ten messages of theirs that the client has, also when they have left", async () => {
    const world = await RoomWorld.open();
    const { room, socket } = await world.join();
    const said = (number: number, seat = 2) =>
      ({ kind: "said", seat, number, text: `Buy ${number}`, at: number }) as const;
    socket.say([
      { type: "events", through: 22, events: Array.from({ length: 12 }, (_, at) => said(at)) },
      { type: "events", through: 23, events: [{ kind: "left", seat: 2 }] },
    ]);
    world.respond = (path) =>
      path.endsWith("/reports") ? new Response(null, { status: 204 }) : undefined;
    const told = await reportPerson(world.acquaint, room, "Ben", { reason: "spam" });
    expect(told).toMatchObject({ userId: BEN, name: "Ben", messages: 10, role: "owner" });
    expect(world.requests.at(-1)!.body).toMatchObject({
      userId: BEN,
      messages: Array.from({ length: 10 }, (_, at) => ({
        number: 13 + at,
        text: `Buy ${at + 2}`,
        at: at + 2,
      })),
    });
    world.respond = (path) => (path.endsWith("/reports") ? refusal("list-full") : undefined);
    const refused = reportPerson(world.acquaint, room, "Ben", { reason: "spam" });
    await expect(refused).rejects.toMatchObject({
      message: "The room keeps no more reports of yours; this one is not sent.",
      hint: expect.stringContaining("one with fewer messages may fit"),
    });
  });
});
