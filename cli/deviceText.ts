// Devices of the account, for people.
import type { DeviceInfo } from "../shared/client/node.ts";
import { timeText } from "./contactText.ts";
import { printable } from "./printable.ts";
import { styled, type Terminal } from "./terminal.ts";

export function deviceName({ name }: Pick<DeviceInfo, "name">): string {
  return name === "" ? "a device without a name" : `“${printable(name)}”`;
}

export function deviceLine(
  { number, name, addedAt, isThis }: Omit<DeviceInfo, "deviceId">,
  out: Terminal,
): string {
  const called = name === "" ? styled(out, "dim", "no name") : styled(out, "bold", printable(name));
  const here = isThis ? styled(out, "green", "  this device") : "";
  return `  ${String(number).padStart(2)}  ${called}${here}${styled(out, "dim", `  added ${timeText(addedAt)}`)}`;
}
