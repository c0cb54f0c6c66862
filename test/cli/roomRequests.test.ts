// Requests to become contacts, as whoever sits in a room at a terminal is told of them and answers them (ROOM-6).
import { expect, test } from "vitest";
import { answeredRequest } from "../../cli/contactAnswers.ts";
import { asCliError } from "../../cli/failures.ts";
import { presenterOf } from "../../cli/output.ts";
import { RoomCircle } from "../../cli/roomCircle.ts";
import type { IncomingContactRequest } from "../../shared/client/node.ts";
import { toBase64Url } from "../../shared/core/crypto/bytes.ts";
import { eventually, PairingWorld } from "../client/pairingWorld.ts";

const [ANN, BEN, MAL] = ["a", "b", "m"].map((letter) => letter.repeat(32)) as [
  string,
  string,
  string,
];

const requestBy = (from: string, name: string, handle: string | null = null) =>
  ({
    requestId: `request of ${from}`,
    from,
    name,
    handle,
    via: "room",
    title: "Tea",
    createdAt: 1,
    expiresAt: 2,
  }) as IncomingContactRequest;

function screen() {
  let text = "";
  const write = (more: string) => void (text += more);
  const terminal = { interactive: false, colored: false, columns: 200, write };
  return { present: presenterOf(false, terminal, terminal), shown: () => text };
}

test("ROOM-6: a request says what answers it: the order where one types in a room, else the command", () => {
  const { present, shown } = screen();
  const request = { ...requestBy(BEN, "Ben"), event: "contactRequest" } as const;
  present.show(request);
  const elsewhere = shown();
  expect(elsewhere).toContain(`  acquaint requests approve ${request.requestId}\n`);
  expect(elsewhere).not.toContain("/approve");
  present.takesOrders();
  present.show(request);
  const inRoom = shown().slice(elsewhere.length);
  expect(inRoom).toContain(
    "Ben asks to become a contact, out of the room “Tea”.\n  bbbbbbbb, since ",
  );
  expect(inRoom).toContain("\n  /approve bbbbbbbb or /refuse bbbbbbbb\n");
  expect(inRoom).not.toContain("acquaint requests");
});

test("ROOM-6: an order answers the only request that waits, or that of whoever is named", () => {
  const ben = requestBy(BEN, "Ben", "ben_b");
  const ann = requestBy(ANN, "Ann");
  const chosen = (who: string, ...waiting: (typeof ben)[]) =>
    answeredRequest("refuse", who, waiting).requestId;
  expect(chosen("", ben)).toBe(ben.requestId);
  for (const who of ["ben", "@Ben_b", "bbbb", BEN]) {
    expect(chosen(who, ann, ben)).toBe(ben.requestId);
  }
});

test("ROOM-6: where none, several or another asks, nothing is answered, and it is said what to do", () => {
  const [ann, ben, mal] = [requestBy(ANN, "Ann"), requestBy(BEN, "Ben"), requestBy(MAL, "Ben")];
  const fault = (who: string, waiting: (typeof ann)[], absent?: string) => {
    try {
      return answeredRequest("refuse", who, waiting, absent);
    } catch (error) {
      const told = asCliError(error, "");
      return [told.message, told.hint];
    }
  };
  expect(fault("", [])).toEqual(["Nobody asks to become a contact, or it is over.", null]);
  expect(fault("Ben", [], "/accept then.")).toMatchObject({ 1: "/accept then." });
  expect(fault("", [ann, ben])).toEqual([
    "Several ask to become contacts: Ann aaaaaaaa, Ben bbbbbbbb.",
    "Name one, for instance by the id: /refuse aaaaaaaa",
  ]);
  expect(fault("Ben", [ann, ben, mal])).toEqual([
    "“Ben” fits Ben bbbbbbbb, Ben mmmmmmmm.",
    "Name one, for instance by the id: /refuse bbbbbbbb",
  ]);
  expect(fault("Cem", [ann, ben])).toEqual([
    "“Cem” does not ask to become a contact.",
    "Who does: Ann aaaaaaaa, Ben bbbbbbbb.",
  ]);
});

test("ROOM-6: an answer is told once, also where the server tells of it before it confirms", async () => {
  const world = new PairingWorld();
  const acquaint = await world.open();
  const { present, shown } = screen();
  const circle = new RoomCircle(acquaint, present);
  await circle.open();
  const line = await world.line();
  const requestId = toBase64Url(new Uint8Array(16));
  const signature = toBase64Url(new Uint8Array(64));
  const expiresAt = world.serverNow() + 60_000;
  const proof = { requestId, signature, device: "d".repeat(16) };
  const request = { ...requestBy(BEN, "Ben"), ...proof, expiresAt };
  line.say([{ type: "contactRequest", request, now: world.serverNow() }]);
  await eventually(() => circle.isAsked);
  const confirm = async () => {
    line.say([{ type: "contactRequestOver", requestId, end: "declined" }]);
    await eventually(() => !circle.isAsked);
    return new Response(null, { status: 204 });
  };
  world.respond = (path, method) =>
    method === "DELETE" && path.endsWith(requestId) ? confirm() : undefined;
  await circle.answer("refuse", "", "");
  expect(shown().match(/You have said no\. Ben is told\./g)).toHaveLength(1);
  await expect(circle.answer("refuse", "", "")).rejects.toMatchObject({ code: "request-unknown" });
  circle.close();
});
