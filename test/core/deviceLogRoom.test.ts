// ID-3: how much a device log holds, and that a log which someone fills still lets devices be removed.

import { describe, expect, test } from "vitest";
import { toBase64Url } from "../../shared/core/crypto/bytes.ts";
import { verifyLog } from "../../shared/core/identity/deviceLog.ts";
import { appendAdd, appendRecovery } from "../../shared/core/identity/logDrafts.ts";
import { DEVICES_MAX, LOG_MAX_ENTRIES } from "../../shared/wire/limits.ts";
import { Account, addOf, keysOf } from "./deviceLogAccount.ts";

const NEW = keysOf("a new device");
const numbers = (devices: readonly { number: number }[]) => devices.map(({ number }) => number);

describe("ID-3: there is room", () => {
  const full = new Account("Ann");
  for (let device = 1; device < DEVICES_MAX; device++) full.add(0);

  test(`for ${DEVICES_MAX} active devices, and for another once one is removed`, () => {
    expect(full.verified.devices).toHaveLength(DEVICES_MAX);
    expect(verifyLog(full.forced(addOf(NEW, 0), full.secretOf(0), NEW.secret))).toBe(null);
    const given = { ...NEW, by: 0, createdAt: 1 };
    expect(appendAdd(full.verified, given)).toEqual({ ok: false, reason: "tooManyDevices" });
    const later = new Account("Ann", full).remove(3, 0).add(0, NEW);
    expect(later.verified.devices).toHaveLength(DEVICES_MAX);
  });

  test("to remove all devices but one, however someone fills the log", () => {
    const ann = new Account("Ann", full);
    const thief = 7;
    while (ann.log.length + DEVICES_MAX <= LOG_MAX_ENTRIES) ann.replacePhrase(thief);
    const recoveryKey = NEW.signKey;
    for (const by of [thief, "recovery"] as const) {
      const draft = appendRecovery(ann.verified, { recoveryKey, by, createdAt: 1 });
      expect(draft).toEqual({ ok: false, reason: "logFull" });
      const entry = { kind: "recovery", recoveryKey: toBase64Url(recoveryKey) } as const;
      const forced = ann.forced({ ...entry, by, createdAt: 1 }, ann.secretOf(by));
      expect(verifyLog(forced)).toBe(null);
    }
    for (const device of [thief, 1, 2, 3, 4, 5, 6]) ann.remove(device, 0);
    expect(ann.log).toHaveLength(LOG_MAX_ENTRIES);
    expect(numbers(ann.verified.devices)).toEqual([0]);
    const given = { ...NEW, by: 0, createdAt: 1 };
    expect(appendAdd(ann.verified, given)).toEqual({ ok: false, reason: "logFull" });
    expect(verifyLog(ann.forced(addOf(NEW, 0), ann.secretOf(0), NEW.secret))).toBe(null);
  });
});

test("ID-3: the last entry of a log of one device may replace its phrase, but not add a device", () => {
  const ann = new Account("Ann");
  while (ann.log.length < LOG_MAX_ENTRIES - 1) ann.replacePhrase("recovery");
  const given = { ...NEW, by: 0, createdAt: 1 };
  expect(appendAdd(ann.verified, given)).toEqual({ ok: false, reason: "logFull" });
  expect(verifyLog(ann.forced(addOf(NEW, 0), ann.secretOf(0), NEW.secret))).toBe(null);
  expect(ann.replacePhrase(0).verified.length).toBe(LOG_MAX_ENTRIES);
  const recoveryKey = toBase64Url(NEW.signKey);
  const entry = { kind: "recovery", recoveryKey, by: 0, createdAt: 1 } as const;
  expect(verifyLog(ann.forced(entry, ann.secretOf(0)))).toBe(null);
});
