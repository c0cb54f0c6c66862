// The network a request comes from, as a keyed digest of its prefix: /32 for IPv4, /56 for IPv6.
// It adds delay or work, never refusal, since a conference hall shares one address.

import type { Env } from "../env.ts";
import { keyedDigest } from "./keys.ts";

export function networkOf(env: Env, request: Request): string {
  const address = request.headers.get("cf-connecting-ip") ?? "unknown";
  return keyedDigest(env.SERVER_SECRET, "network", prefixOf(address));
}

/** The prefix that an address belongs to, in one spelling. */
export function prefixOf(address: string): string {
  if (!address.includes(":")) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  const [head = "", tail] = address.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0");
  const groups = [...left, ...(tail === undefined ? [] : zeros), ...right].map((group) =>
    Number.parseInt(group, 16),
  );
  const [a = 0, b = 0, c = 0, d = 0] = groups;
  return [a, b, c, d & 0xff00].map((group) => group.toString(16)).join(":");
}
