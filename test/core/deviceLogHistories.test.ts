// ID-1, ID-3: any history that follows the rules verifies, and no history that was tampered with does,
// nor by the reader that was written from the document. A model keeps count of what should be active.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromBase64Url, toBase64Url } from "../../shared/core/crypto/bytes.ts";
import { compareLogs, verifyLog } from "../../shared/core/identity/deviceLog.ts";
import {
  type DeviceLog,
  deviceLogSchema,
  type LogEntry,
  type LogSigner,
} from "../../shared/wire/auth.ts";
import { DEVICES_MAX, LOG_MAX_ENTRIES } from "../../shared/wire/limits.ts";
import { readLog } from "../docs/independentLog.ts";
import { Account, must, signed } from "./deviceLogAccount.ts";

/** What someone would like to do; the numbers choose among what is there. */
const wish = fc.record({
  kind: fc.constantFrom("add" as const, "add" as const, "remove" as const, "recovery" as const),
  by: fc.nat(),
  device: fc.nat(),
});
type Wish = typeof wish extends fc.Arbitrary<infer Value> ? Value : never;

/** Who is active, and who was. */
interface Model {
  active: readonly number[];
  readonly removed: number[];
}

/** Does what the rules allow of the wishes, by the rules as the document tells them. */
function live(account: Account, model: Model, wishes: readonly Wish[]): void {
  for (const { kind, by: chosenBy, device: chosen } of wishes) {
    const { active, removed } = model;
    const number = account.log.length;
    const signers: LogSigner[] = [...active, "recovery"];
    const by = must(signers[chosenBy % signers.length]);
    const isRoom = (added: number) => number + 1 + active.length + added <= LOG_MAX_ENTRIES + 1;
    if (kind === "remove") {
      if (active.length === 1) continue;
      const device = must(active[chosen % active.length]);
      account.remove(device, by);
      model.active = active.filter((other) => other !== device);
      removed.push(device);
    } else if (kind === "add") {
      if (active.length === DEVICES_MAX || !isRoom(1)) continue;
      account.add(by);
      model.active = [...active, number];
    } else if (isRoom(0)) account.replacePhrase(by);
  }
}

function historyOf(name: string, wishes: readonly Wish[]): [Account, Model] {
  const account = new Account(name);
  const model: Model = { active: [0], removed: [] };
  live(account, model, wishes);
  return [account, model];
}

const numbers = (devices: readonly { number: number }[]) => devices.map(({ number }) => number);

test("ID-3: every history by the rules verifies, and says who is active, who was, and what counts", () => {
  fc.assert(
    fc.property(fc.array(wish, { maxLength: 24 }), (wishes) => {
      const [account, { active, removed }] = historyOf("Ann", wishes);
      const { verified } = account;
      expect(verifyLog(deviceLogSchema.parse(structuredClone(account.log)))).toEqual(verified);
      expect(readLog(account.log)).toMatchObject({ active, removed, userId: verified.userId });
      expect(numbers(verified.devices)).toEqual(active);
      expect(numbers(verified.removed)).toEqual(removed);
      for (const device of [...verified.devices, ...verified.removed]) {
        expect(device.signKey).toEqual(must(account.devices.get(device.number)).signKey);
        expect(device.agreeKey).toEqual(must(account.devices.get(device.number)).agreeKey);
      }
      expect(verified.recoveryKey).toEqual(account.recovery.signKey);
      expect(verified.length).toBe(account.log.length);
      expect(verified.heads).toHaveLength(account.log.length);
      expect(verified.heads.at(-1)).toEqual(verified.head);
      expect(verified.userId).toBe(verifyLog(account.log.slice(0, 1))?.userId);
    }),
    { numRuns: 12 },
  );
});

test("ID-3: the longest history verifies", () => {
  const wishes: Wish[] = Array.from({ length: 120 }, (_, index) => ({
    kind: (["add", "remove", "recovery"] as const)[index % 3]!,
    by: index,
    device: index,
  }));
  const [account] = historyOf("Ann", wishes);
  const { length, devices } = must(verifyLog(account.log));
  expect(length + devices.length).toBe(LOG_MAX_ENTRIES + 1);
});

/** Turns one bit of a byte string, or counts a number up; the entry stays well-formed. */
function tampered(entry: LogEntry, member: number, bit: number): LogEntry {
  const members = Object.entries(entry).filter(([name]) => name !== "kind");
  const [name, value] = must(members[member % members.length]);
  const other = ((): string | number => {
    if (name === "by" && value === "recovery") return bit % 3;
    if (name === "by" && bit % 2 === 0) return "recovery";
    if (typeof value === "number") return value + 1;
    const bytes = fromBase64Url(value as string).slice();
    const at = bit % (bytes.length * 8);
    bytes[at >> 3]! ^= 1 << (at & 7);
    return toBase64Url(bytes);
  })();
  return { ...entry, [name]: other } as LogEntry;
}

/** The same entry, signed with another key that the account has or had. */
function signedByAnother(account: Account, index: number, choice: number): DeviceLog | null {
  const entry = account.log[index];
  if (entry === undefined || entry.kind === "genesis") return null;
  const right = account.log.slice(0, index);
  const recoveries = right.filter(({ kind }) => kind === "recovery").length;
  const rightKeys = entry.by === "recovery" ? account.recoveries[recoveries] : undefined;
  const rightSecret = rightKeys?.secret ?? account.secretOf(entry.by);
  const others = [...account.devices.values(), ...account.recoveries].filter(
    ({ secret }) => secret !== rightSecret,
  );
  const { secret } = must(others[choice % others.length]);
  const own = account.devices.get(index)?.secret;
  const { signature: _, ...rest } = entry;
  const { possession: __, ...unsigned } = rest as typeof rest & { possession?: string };
  return account.log.with(index, signed(unsigned as never, secret, own));
}

describe("ID-1: a history that was tampered with does not verify:", () => {
  const history = fc.tuple(
    fc.array(wish, { minLength: 6, maxLength: 12 }),
    fc.nat(),
    fc.nat(),
    fc.nat(),
  );
  type Tamper = (account: Account, one: number, other: number, bit: number) => DeviceLog | null;

  const ways: readonly (readonly [string, Tamper])[] = [
    [
      "an entry dropped, other than from the end",
      ({ log }, one) => (log.length < 2 ? null : log.toSpliced(one % (log.length - 1), 1)),
    ],
    [
      "two entries swapped",
      ({ log }, one, other) => {
        const [a, b] = [one % log.length, other % log.length];
        return a === b ? null : log.with(a, must(log[b])).with(b, must(log[a]));
      },
    ],
    [
      "an entry twice",
      ({ log }, one, other) =>
        log.toSpliced(1 + (one % log.length), 0, must(log[other % log.length])),
    ],
    [
      "a bit turned",
      ({ log }, one, other, bit) => {
        const index = one % log.length;
        return log.with(index, tampered(must(log[index]), other, bit));
      },
    ],
    [
      "an entry signed by another key of the account",
      (account, one, other) => signedByAnother(account, one % account.log.length, other),
    ],
    [
      "an entry of another account's in place of one, or after the last",
      ({ log }, one, other) => {
        const ben = historyOf("Ben", [
          { kind: "add", by: 0, device: 0 },
          { kind: "recovery", by: 0, device: 0 },
          { kind: "remove", by: 0, device: 0 },
        ])[0].log;
        const index = 1 + (one % log.length);
        return log.toSpliced(index, 1, must(ben[1 + (other % 3)]));
      },
    ],
    [
      "an entry by a device that was removed",
      (account, one) => {
        const { removed } = account.verified;
        if (removed.length === 0) return null;
        const by = must(removed[one % removed.length]).number;
        const entry = { kind: "remove", device: by, by, createdAt: 1 } as const;
        const another = { ...entry, device: must(account.verified.devices[0]).number };
        return account.forced(one % 2 ? entry : another, account.secretOf(by));
      },
    ],
  ];

  test.for(ways)("%s", ([, tamper]) => {
    let tried = 0;
    fc.assert(
      fc.property(history, ([wishes, one, other, bit]) => {
        const account = historyOf("Ann", wishes)[0];
        const log = tamper(account, one, other, bit);
        if (log === null) return;
        tried++;
        expect(verifyLog(log)).toBe(null);
        expect(() => readLog(log)).toThrow(/^rule/);
      }),
      { numRuns: 15 },
    );
    expect(tried).toBeGreaterThan(4);
  });
});

describe("ID-1: of two histories", () => {
  const rest = fc.array(wish, { maxLength: 5 });

  test("one that goes on from what was pinned extends it, and the other way round is behind", () => {
    fc.assert(
      fc.property(rest, rest, (wishes, more) => {
        const [account, model] = historyOf("Ann", wishes);
        const { verified: pinned } = account;
        expect(compareLogs(pinned, pinned)).toBe("same");
        live(account, model, more);
        const { verified: seen } = account;
        const isLonger = seen.length > pinned.length;
        expect(compareLogs(pinned, seen)).toBe(isLonger ? "extends" : "same");
        expect(compareLogs(seen, pinned)).toBe(isLonger ? "behind" : "same");
      }),
      { numRuns: 12 },
    );
  });

  test("that part anywhere, one is a fork to whoever has pinned the other, once it is as long", () => {
    fc.assert(
      fc.property(rest, rest, rest, (wishes, first, second) => {
        const [one, ofOne] = historyOf("Ann", wishes);
        const other = new Account("Ann elsewhere", one);
        const ofOther = { active: ofOne.active, removed: [...ofOne.removed] };
        const add: Wish = { kind: "add", by: 0, device: 0 };
        live(one, ofOne, [add, ...first]);
        live(other, ofOther, [add, ...second]);
        const [a, b] = [one.verified, other.verified];
        expect(compareLogs(a, b)).toBe(b.length < a.length ? "behind" : "fork");
        expect(compareLogs(b, a)).toBe(a.length < b.length ? "behind" : "fork");
        const common = must(verifyLog(one.log.slice(0, -1)));
        expect(compareLogs(common, a)).toBe("extends");
      }),
      { numRuns: 12 },
    );
  });

  test("of two accounts, or with a pin that no log has, one never extends the other", () => {
    const [ann, ben] = [new Account("Ann").add(0).verified, new Account("Ben").add(0).verified];
    expect(compareLogs(ann, ben)).toBe("fork");
    expect(compareLogs({ head: ann.head, length: 1 }, ann)).toBe("fork");
    for (const length of [0, -1, 0.5, Number.NaN]) {
      expect(compareLogs({ head: ann.head, length }, ann)).toBe("fork");
    }
  });
});
