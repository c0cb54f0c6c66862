import { expect, test } from "vitest";
import { openRoomSchema, roomNameSchema } from "../../shared/wire/rooms.ts";

test("ROOM-4: names are one line with something to see, and turn no writing around", () => {
  for (const name of ["Ann", "محمد", "👩‍👩‍👧", "می‌خواهم", "a".repeat(100)]) {
    expect([name, roomNameSchema.safeParse(name).success]).toEqual([name, true]);
  }
  const bad = [
    "",
    " Ann",
    "Ann ",
    "A\nB",
    "A\u0000",
    "\u200b\u200b",
    "\u3164\u0301".normalize("NFD").slice(1),
    "\u202etxt.exe",
    "\u2066Ann",
    "A\u2028B",
    "\ud83d",
    "a".repeat(101),
  ];
  for (const name of bad) {
    expect([name, roomNameSchema.safeParse(name).success]).toEqual([name, false]);
    expect([name, openRoomSchema.safeParse({ title: name }).success]).toEqual([name, false]);
  }
});
