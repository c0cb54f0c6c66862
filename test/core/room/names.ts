// Names for the tests of rooms.

import type { DeviceId, RoomId, UserId } from "../../../shared/wire/ids.ts";

export const NOW = 1_800_000_000_000;
const LETTERS = "abcdefghijklmnopqrstuvwxyz234567";

/** @param index 0..31 */
export function user(index: number): UserId {
  return (LETTERS[index] ?? "").repeat(32) as UserId;
}
export function device(index: number): DeviceId {
  return (LETTERS[index] ?? "").repeat(16) as DeviceId;
}
export function roomIdOf(serial: number): RoomId {
  const base32 = serial.toString(8).padStart(16, "0");
  return [...base32].map((digit) => LETTERS[Number(digit)]).join("") as RoomId;
}
