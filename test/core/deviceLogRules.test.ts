// ID-1, ID-3: what may follow on a device log. Each rule with what it takes and what it refuses; all that
// is refused here is signed rightly, unless the signature is the point.

import { ed25519 } from "@noble/curves/ed25519.js";
import { describe, expect, test } from "vitest";
import { toBase64Url } from "../../shared/core/crypto/bytes.ts";
import { deviceIdOf, verifyLog } from "../../shared/core/identity/deviceLog.ts";
import { appendAdd, appendRecovery, appendRemove } from "../../shared/core/identity/logDrafts.ts";
import { laterBytes } from "../../shared/core/identity/logEntries.ts";
import { deviceLogSchema, type LogEntry, registerRequestSchema } from "../../shared/wire/auth.ts";
import { LOG_MAX_ENTRIES } from "../../shared/wire/limits.ts";
import { Account, addOf, keysOf, must, signed } from "./deviceLogAccount.ts";

const NEW = keysOf("a new device");
const numbers = (devices: readonly { number: number }[]) => devices.map(({ number }) => number);

describe("ID-3: a device", () => {
  test("that is added is active, by the number of its entry, and the account stays the same", () => {
    const ann = new Account("Ann");
    const before = ann.verified;
    const { userId, devices, removed, length, heads, head } = ann.add(0, NEW).verified;
    expect(userId).toBe(before.userId);
    expect(numbers(devices)).toEqual([0, 1]);
    const { signKey, agreeKey } = NEW;
    expect(devices[1]).toEqual({ number: 1, deviceId: deviceIdOf(signKey), signKey, agreeKey });
    expect(removed).toEqual([]);
    expect(length).toBe(2);
    expect(heads).toEqual([before.head, head]);
    expect(head).not.toEqual(before.head);
  });

  test("may be added by any active device and by the recovery key", () => {
    const ann = new Account("Ann").add(0).add(1).add("recovery");
    expect(numbers(ann.verified.devices)).toEqual([0, 1, 2, 3]);
  });

  test("is added only if it has signed for itself", () => {
    const ann = new Account("Ann");
    const signer = ann.secretOf(0);
    expect(verifyLog(ann.forced(addOf(NEW, 0), signer, NEW.secret))?.length).toBe(2);
    for (const other of [signer, ann.recovery.secret, keysOf("other").secret]) {
      expect(verifyLog(ann.forced(addOf(NEW, 0), signer, other))).toBe(null);
    }
  });

  test("cannot add itself", () => {
    const ann = new Account("Ann");
    for (const by of [0, 1, "recovery"] as const) {
      expect(verifyLog(ann.forced(addOf(NEW, by), NEW.secret, NEW.secret))).toBe(null);
    }
  });

  test("that is removed is kept, so that what it said before has an author", () => {
    const ann = new Account("Ann").add(0).remove(0, 1);
    const { devices, removed } = ann.verified;
    expect(numbers(devices)).toEqual([1]);
    expect(numbers(removed)).toEqual([0]);
    expect(removed[0]?.signKey).toEqual(ann.devices.get(0)?.signKey);
    expect(removed[0]?.deviceId).toBe(deviceIdOf(must(ann.devices.get(0)).signKey));
  });

  test("may be removed by itself if another is left", () => {
    expect(numbers(new Account("Ann").add(0).remove(1, 1).verified.devices)).toEqual([0]);
  });

  test("that is the last one cannot be removed, not even by the recovery key", () => {
    const ann = new Account("Ann").add(0).remove(0, 1);
    for (const by of [1, "recovery"] as const) {
      const entry = { kind: "remove", device: 1, by, createdAt: 1 } as const;
      expect(verifyLog(ann.forced(entry, ann.secretOf(by)))).toBe(null);
      expect(appendRemove(ann.verified, entry)).toEqual({ ok: false, reason: "lastDevice" });
    }
  });

  test.for([0, 2, 7])("by number %d cannot be removed where it is not active", (device) => {
    const ann = new Account("Ann").add(0).replacePhrase(1).add(1).remove(0, 1);
    const entry = { kind: "remove", device, by: 1, createdAt: 1 } as const;
    expect(verifyLog(ann.forced(entry, ann.secretOf(1)))).toBe(null);
    expect(appendRemove(ann.verified, entry)).toEqual({ ok: false, reason: "deviceUnknown" });
  });

  test("that was removed signs nothing any more", () => {
    const ann = new Account("Ann").add(0).add(0).remove(1, 0);
    const secret = ann.secretOf(1);
    for (const entry of [
      addOf(NEW, 1),
      { kind: "remove", device: 2, by: 1, createdAt: 1 },
      { kind: "recovery", recoveryKey: toBase64Url(NEW.signKey), by: 1, createdAt: 1 },
    ] as const) {
      expect(verifyLog(ann.forced(entry, secret, NEW.secret)), entry.kind).toBe(null);
    }
    const given = { ...NEW, by: 1, createdAt: 1 };
    expect(appendAdd(ann.verified, given)).toEqual({ ok: false, reason: "signerUnknown" });
  });

  test("never has the number of another, however many were removed", () => {
    const ann = new Account("Ann").add(0).remove(1, 0).add(0).remove(0, 3).add(3);
    expect(numbers(ann.verified.devices)).toEqual([3, 5]);
    expect(numbers(ann.verified.removed)).toEqual([1, 0]);
  });
});

describe("ID-1: a key", () => {
  const old = new Account("Ann").add(0).replacePhrase(0).remove(0, 1);
  const used = [
    ["a device that was removed", must(old.devices.get(0)).signKey],
    ["the agreement key of that", must(old.devices.get(0)).agreeKey],
    ["an active device", must(old.devices.get(1)).signKey],
    ["the recovery key", old.recovery.signKey],
    ["the recovery key before", must(old.recoveries[0]).signKey],
  ] as const;

  test.for(used)("of %s comes into the log no second time", ([, key]) => {
    const by = 1;
    const secret = old.secretOf(by);
    const owner = [...old.devices.values(), ...old.recoveries].find(
      ({ signKey, agreeKey }) => signKey === key || agreeKey === key,
    );
    const asSignKey = { ...NEW, signKey: key };
    const asAgreeKey = { ...NEW, agreeKey: key };
    expect(verifyLog(old.forced(addOf(asSignKey, by), secret, must(owner).secret))).toBe(null);
    expect(verifyLog(old.forced(addOf(asAgreeKey, by), secret, NEW.secret))).toBe(null);
    const recoveryKey = toBase64Url(key);
    const recovery = { kind: "recovery", recoveryKey, by, createdAt: 1 } as const;
    expect(verifyLog(old.forced(recovery, secret))).toBe(null);
    const refused = { ok: false, reason: "keyUsed" };
    expect(appendAdd(old.verified, { ...asSignKey, by, createdAt: 1 })).toEqual(refused);
    expect(appendAdd(old.verified, { ...asAgreeKey, by, createdAt: 1 })).toEqual(refused);
    const given = { recoveryKey: key, by, createdAt: 1 };
    expect(appendRecovery(old.verified, given)).toEqual(refused);
  });

  test("stands only once in an entry", () => {
    const twice = { ...NEW, agreeKey: NEW.signKey };
    expect(verifyLog(old.forced(addOf(twice, 1), old.secretOf(1), NEW.secret))).toBe(null);
  });
});

describe("ID-5: the recovery key", () => {
  test("can be replaced by itself and by a device; then the new one counts, and the old no more", () => {
    for (const by of [0, "recovery"] as const) {
      const ann = new Account("Ann");
      const before = ann.recovery;
      ann.replacePhrase(by);
      expect(ann.verified.recoveryKey).toEqual(ann.recovery.signKey);
      const byRecovery = addOf(NEW, "recovery");
      expect(verifyLog(ann.forced(byRecovery, before.secret, NEW.secret))).toBe(null);
      expect(verifyLog(ann.forced(byRecovery, ann.recovery.secret, NEW.secret))?.length).toBe(3);
    }
  });

  test("cannot sign for its own entry as the new one", () => {
    const ann = new Account("Ann");
    const recoveryKey = toBase64Url(NEW.signKey);
    const entry = { kind: "recovery", recoveryKey, by: "recovery", createdAt: 1 } as const;
    expect(verifyLog(ann.forced(entry, NEW.secret))).toBe(null);
    expect(verifyLog(ann.forced(entry, ann.recovery.secret))?.length).toBe(2);
  });

  test("restores an account whose only device is lost: a new one comes, the lost one goes", () => {
    const ann = new Account("Ann");
    const { userId } = ann.verified;
    ann.add("recovery").remove(0, "recovery").replacePhrase(1);
    expect(numbers(ann.verified.devices)).toEqual([1]);
    expect(ann.verified.userId).toBe(userId);
  });
});

describe("ID-1: an entry", () => {
  test("names the entry before it, and none further back", () => {
    const ann = new Account("Ann").add(0).add(1);
    const secret = ann.secretOf(0);
    for (const [index, head] of ann.verified.heads.entries()) {
      const entry = { ...addOf(NEW, 0), previous: toBase64Url(head) };
      const isLast = index === 2;
      expect(verifyLog(ann.forced(entry, secret, NEW.secret)) !== null).toBe(isLast);
    }
  });

  test("is taken whatever its time says, since clocks differ", () => {
    const ann = new Account("Ann").add(0);
    for (const createdAt of [0, 1, 8_640_000_000_000_000]) {
      const entry = { ...addOf(NEW, 0), createdAt };
      expect(verifyLog(ann.forced(entry, ann.secretOf(0), NEW.secret))?.length).toBe(3);
    }
  });

  test("of another account that says the same is none of this one", () => {
    const ann = new Account("Ann");
    const ben = new Account("Ben").add(0, NEW);
    expect(verifyLog([...ann.log, must(ben.log[1])])).toBe(null);
  });

  test("under a number in place of the recovery key, or the other way round, has other bytes", () => {
    const unsigned = { ...addOf(NEW, 0), previous: toBase64Url(new Uint8Array(32)) } as const;
    const all = (["recovery", 0, 1, 39] as const).map((by) =>
      toBase64Url(laterBytes({ ...unsigned, by } as never)),
    );
    expect(new Set(all).size).toBe(4);
  });

  test("of genesis stands first and nowhere else", () => {
    const ann = new Account("Ann").add(0);
    const [genesis, add] = ann.log as [LogEntry, LogEntry];
    const ben = new Account("Ben").log;
    for (const log of [[add], [add, genesis], [genesis, genesis], [...ben, ...ann.log]]) {
      expect(verifyLog(log)).toBe(null);
      expect(deviceLogSchema.safeParse(log).success).toBe(false);
    }
    expect(deviceLogSchema.safeParse([genesis, add]).success).toBe(true);
    expect(deviceLogSchema.safeParse([]).success).toBe(false);
  });
});

describe("ID-1: on the wire", () => {
  const ann = new Account("Ann").add(0).replacePhrase("recovery").remove(0, 1);

  test("a log travels and registers whole, as JSON", () => {
    const log = deviceLogSchema.parse(JSON.parse(JSON.stringify(ann.log)));
    expect(verifyLog(log)).toEqual(ann.verified);
    expect(registerRequestSchema.safeParse({ log }).success).toBe(true);
    expect(registerRequestSchema.safeParse({ log: log.slice(1) }).success).toBe(false);
  });

  test("a log has at most 40 entries, of known members, signed by a number below 40 or `recovery`", () => {
    const [genesis, add] = ann.log as [LogEntry, LogEntry & { kind: "add" }];
    const long = (length: number) => [genesis, ...Array<LogEntry>(length - 1).fill(add)];
    expect(deviceLogSchema.safeParse(long(LOG_MAX_ENTRIES)).success).toBe(true);
    expect(deviceLogSchema.safeParse(long(LOG_MAX_ENTRIES + 1)).success).toBe(false);
    for (const change of [
      { extra: 1 },
      { by: 40 },
      { by: -1 },
      { by: 0.5 },
      { by: "0" },
      { by: null },
      { kind: "other" },
      { previous: undefined },
      { possession: undefined },
      { signature: `${add.signature.slice(0, -1)}_` },
    ]) {
      const log = [genesis, { ...add, ...change }];
      expect(deviceLogSchema.safeParse(log).success, JSON.stringify(change)).toBe(false);
    }
  });

  test("a draft's bytes are what its signatures cover, and a wrong signature fails", () => {
    const given = { ...NEW, by: 1, createdAt: 5 };
    const draft = appendAdd(ann.verified, given);
    if (!draft.ok) throw new Error(draft.reason);
    const right = ed25519.sign(draft.bytes, ann.secretOf(1));
    const possession = ed25519.sign(draft.bytes, NEW.secret);
    const { signature: _, possession: __, ...unsigned } = draft.finish(right, possession);
    expect(laterBytes(unsigned)).toEqual(draft.bytes);
    const entry = draft.finish(right, possession);
    expect(entry).toEqual(signed(unsigned, ann.secretOf(1), NEW.secret));
    expect(verifyLog([...ann.log, entry])?.length).toBe(5);
    expect(verifyLog([...ann.log, draft.finish(possession, right)])).toBe(null);
  });
});
