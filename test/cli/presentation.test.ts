// How events look to people, and the pieces below: safe text, countdown, QR code, nearest names.
import { describe, expect, test, vi } from "vitest";
import { chooseContact } from "../../cli/contactChoice.ts";
import { remaining, startCountdown } from "../../cli/countdown.ts";
import { CliError } from "../../cli/errors.ts";
import type { KeyEvent, RequestEvent } from "../../cli/events.ts";
import { failureLines, type MeetingView } from "../../cli/meetingText.ts";
import { nearest } from "../../cli/nearest.ts";
import { presenterOf } from "../../cli/output.ts";
import { jsonLine, printable, shortened } from "../../cli/printable.ts";
import { qrLines } from "../../cli/qrText.ts";
import { requestLines, requestOverText } from "../../cli/requestText.ts";
import { fitted, terminalOf, type Terminal } from "../../cli/terminal.ts";
import { adviceFor } from "../../shared/client/advice.ts";
import type { Locator } from "../../shared/wire/ids.ts";
import type { RequestOutcome } from "../../shared/wire/mailbox.ts";
import { failureSchema } from "../../shared/wire/pairing.ts";
import type { Contact } from "../../shared/client/model.ts";

interface Screen extends Terminal {
  text: string;
}

function screen(options: Partial<Terminal> = {}): Screen {
  return {
    interactive: false,
    colored: false,
    columns: 80,
    text: "",
    write(text) {
      this.text += text;
    },
    ...options,
  };
}

const CONTACT = {
  userId: "abcdefgh234567abcdefgh234567abcd",
  name: "Bob",
  method: "key",
  metAt: 1_795_000_000_000,
  verified: true,
  blocked: false,
  card: null,
  cardProblem: null,
  note: "",
  receiptHash: "x",
} as unknown as Contact;

const REQUEST = {
  event: "request",
  sid: "s",
  from: CONTACT.userId,
  name: "@eve",
  handle: "eve",
  isContact: false,
  expiresAt: 60_000,
  answerBy: 90_000,
} as RequestEvent;

const KEY = {
  event: "key",
  locator: "417",
  code: "417-guitar-ocean",
  digits: "417-0123456",
  link: "http://127.0.0.1:8787/#/key/417-guitar-ocean",
  expiresAt: 120_000,
} as unknown as KeyEvent;

describe("text from elsewhere", () => {
  test("loses escape sequences whole, controls, and marks that turn the direction of writing", () => {
    expect(printable("a\u001b[31mb\u001b]0;title\u0007c\u009b2Jd\u202ee\u0000f\u007f")).toBe(
      "abcdef",
    );
    expect(printable("\u001bPdevice\u001b\\x\u001bcy\u001b(Bz")).toBe("xyz");
    expect(printable("two\r\nlines\tand\u2028more")).toBe("two lines and more");
  });

  test("keeps every script and emoji as they are", () => {
    for (const name of ["Đặng Thị", "王小明", "علي", "👩‍👩‍👧", "नमस्ते", "e\u0301"]) {
      expect(printable(name)).toBe(name);
    }
  });

  test("is escaped in JSON without loss", () => {
    const value = { name: "\u001b[31m\u009b\u202e\u2028é" };
    expect(jsonLine(value)).not.toMatch(/[\u007f-\u009f\u2028\u202e]|\u001b/);
    expect(JSON.parse(jsonLine(value))).toEqual(value);
  });

  test("is shortened between characters, never within one", () => {
    expect(shortened("👍👍👍", 2)).toBe("👍…");
    expect(shortened("abc", 3)).toBe("abc");
  });
});

describe("a shown key", () => {
  test("stands framed on a line of its own, after the QR code, with its other spellings", () => {
    const out = screen({ interactive: true });
    const present = presenterOf(false, out, screen());
    present.show(KEY);
    present.close();
    expect(out.text).toContain("│     417-guitar-ocean     │");
    expect(out.text).toContain("417-0123456");
    expect(out.text.indexOf("█")).toBeLessThan(out.text.indexOf("417-guitar-ocean"));
  });

  test("has no QR code where it does not fit or nobody looks", () => {
    expect(qrLines(KEY.link, screen({ interactive: true, columns: 30 }))).toEqual([]);
    const piped = screen();
    presenterOf(false, piped, screen()).show(KEY);
    expect(piped.text).not.toContain("█");
    expect(piped.text).not.toContain("\u001b");
  });

  test("has a QR code as wide as it is high", () => {
    const lines = qrLines(KEY.link, screen({ interactive: true }));
    const width = (lines[0] ?? "").trim().length;
    expect(lines).toHaveLength(Math.ceil(width / 2));
  });
});

const COUNTED = { live: "Waiting", plain: "Waiting. There are" };

describe("the countdown", () => {
  test("rewrites one line each second on a terminal, and is gone when it stops", () => {
    vi.useFakeTimers({ now: 0 });
    try {
      const out = screen({ interactive: true });
      const countdown = startCountdown(120_000, COUNTED, out);
      vi.advanceTimersByTime(3_000);
      countdown.interject("The connection is lost; trying again …");
      countdown.stop();
      vi.advanceTimersByTime(10_000);
      expect(out.text).toContain("2:00 left");
      expect(out.text).toContain("1:57 left");
      expect(out.text).not.toContain("1:56");
      expect(out.text.split("\n")).toHaveLength(2);
      expect(out.text.endsWith("\r\u001b[2K")).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  test("is one plain line elsewhere, and never below zero", () => {
    const out = screen();
    startCountdown(65_000, COUNTED, out, () => 0).stop();
    expect(out.text).toBe("Waiting. There are 1:05.\n");
    startCountdown(65_000, { live: "Under way", plain: null }, out, () => 0).stop();
    expect(out.text).toBe("Waiting. There are 1:05.\n");
    expect(remaining(-5)).toBe("0:00");
    expect(remaining(999)).toBe("0:01");
  });
});

describe("for people", () => {
  test("every failure has its name, what it means, and what to run next where that helps (PAS-6)", () => {
    const own = ["tampered", "answeredElsewhere"] as const;
    const again = "acquaint say --open";
    for (const reason of [...failureSchema.options, ...own]) {
      for (const method of ["key", "passphrase"] as const) {
        for (const role of ["initiator", "responder"] as const) {
          const advice = adviceFor(reason, method, role);
          const [title, ...lines] = failureLines({ reason, advice }, { again }, screen());
          expect(title).toBe(`✗ Not met: ${reason}.`);
          expect(lines.join(" ").replaceAll(/ +/g, " ")).toContain(advice);
          expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
          const isOver = [...own, "unreachable"].includes(reason);
          expect([reason, lines.join().includes(again)]).toEqual([reason, !isOver]);
        }
      }
    }
  });

  test("a meeting by passphrase counts to T1 while nobody has answered, then to T2 (PAS-4)", () => {
    vi.useFakeTimers({ now: 0 });
    try {
      const out = screen({ interactive: true });
      const present = presenterOf(false, out, screen());
      const view: MeetingView = {
        method: "passphrase",
        role: "initiator",
        other: "Bob\u001b[2J",
        again: "acquaint say --to bob",
      };
      const asked = { to: CONTACT.userId, locator: "417" as Locator };
      present.show({ event: "asked", ...asked, expiresAt: 60_000, answerBy: 90_000 }, view);
      vi.advanceTimersByTime(10_000);
      expect(out.text).toContain("Waiting for Bob … 0:50 left");
      present.show({ event: "claimed", answerBy: 90_000 }, view);
      vi.advanceTimersByTime(1_000);
      expect(out.text).toContain("Bob has answered. Checking the passphrase …");
      expect(out.text).toContain("Under way … 1:19 left");
      present.close();
    } finally {
      vi.useRealTimers();
    }
  });

  test("what comes while a countdown runs stands above it", () => {
    const out = screen({ interactive: true });
    const present = presenterOf(false, out, screen());
    const { userId: to } = CONTACT;
    const times = { expiresAt: Date.now() + 60_000, answerBy: Date.now() + 90_000 };
    present.show({ event: "asked", to, locator: "417" as Locator, ...times });
    out.text = "";
    const request = { sid: "s", from: to, name: "Eve\u001b[2J", outcome: "cancelled" } as const;
    present.show({ event: "requestOver", ...request });
    const [over, live] = out.text.split("\n");
    expect(over).toContain("The request by Eve is over: cancelled by them.");
    expect(live).toContain("left. Ctrl-C cancels");
    present.close();
  });

  test("a request says who asks, whether that is a contact, and what it is worth (PAS-2)", () => {
    const show = (change: Partial<RequestEvent>): string =>
      requestLines({ ...REQUEST, ...change }, screen(), () => 0).join("\n");
    expect(show({})).toContain("@eve asks to meet you by a passphrase.");
    expect(show({})).toContain("abcdefgh, no contact of yours. 1:00 left to answer.");
    expect(show({ name: "Eve", isContact: true })).toContain("@eve, abcdefgh, a contact of yours");
    expect(show({})).toContain("only the passphrase proves it");
    expect(show({ name: "E\u001b[2Jve" })).not.toContain("\u001b");
  });

  test("the running line fits a narrow terminal, which could not rewrite it otherwise", () => {
    const live = `Waiting for ${"x".repeat(30)}`;
    for (const columns of [20, 30, 40, 60]) {
      const narrow = screen({ interactive: true, columns });
      startCountdown(65_000, { live, plain: null }, narrow, () => 0).stop();
      const [, line = ""] = narrow.text.split("\r\u001b[2K");
      expect(line).toContain("1:05 left.");
      expect(line.length).toBeLessThanOrEqual(columns);
    }
  });

  test("a narrow terminal gets lines broken at blanks, indented as before; a pipe gets them whole", () => {
    const narrow = screen({ interactive: true, columns: 40 });
    const line = `  Alice is blocked. To undo it: acquaint contacts unblock ${CONTACT.userId}`;
    const lines = fitted(narrow, [line, "short"]);
    expect(lines.every((one) => one.length <= 40)).toBe(true);
    expect(lines.slice(0, -1).every((one) => /^ {2}\S/.test(one))).toBe(true);
    expect(lines.map((one) => one.trim()).join(" ")).toBe(`${line.trim()} short`);
    const frame = `  ╭${"─".repeat(50)}╮`;
    expect(fitted(narrow, [frame])).toEqual([frame]);
    expect(fitted(screen({ columns: 40 }), [line])).toEqual([line]);
  });

  test("every end of a request has its words", () => {
    const outcomes: RequestOutcome[] = ["answered", "blocked", ...failureSchema.options];
    for (const outcome of outcomes) {
      const text = requestOverText({ ...REQUEST, event: "requestOver", outcome, openedAt: 1 });
      expect(text).toMatch(/^The request by @eve of .+ is over: .{5,}\.$/);
    }
  });

  test("peers' names pass no control characters to the terminal", () => {
    const out = screen({ interactive: true, colored: true });
    const present = presenterOf(false, out, out);
    const name = "Eve\u001b]0;owned\u0007\u001b[2J";
    present.show({ event: "connected", contact: { ...CONTACT, name, note: name } });
    present.show({
      event: "card",
      card: { "@type": "Card", version: "1.0", uid: "u", name: { full: name } },
      problem: null,
      file: null,
    });
    present.fail(new CliError("x", name, { hint: name }));
    // escape sequences are what is looked for
    expect(out.text.replace(/\u001b\[\d+m/g, "")).not.toMatch(/[\u0000-\u0009\u000b-\u001f]|owned/);
  });

  test("a terminal shows the recovery phrase; JSON and pipes do not", () => {
    const errors = screen({ interactive: true });
    expect(presenterOf(false, screen(), errors).revealRecoveryPhrase("one two")).toBe(true);
    expect(errors.text).toContain("one two");
    const piped = screen();
    expect(presenterOf(false, screen(), piped).revealRecoveryPhrase("one two")).toBe(false);
    const json = screen({ interactive: true });
    expect(presenterOf(true, json, json).revealRecoveryPhrase("one two")).toBe(false);
    expect(piped.text + json.text).toBe("");
  });

  test("colours are for terminals, and NO_COLOR switches them off", () => {
    const stream = (isTTY: boolean): NodeJS.WriteStream => ({ isTTY }) as NodeJS.WriteStream;
    expect(terminalOf(stream(true), {}).colored).toBe(true);
    expect(terminalOf(stream(true), { NO_COLOR: "1" }).colored).toBe(false);
    expect(terminalOf(stream(true), { TERM: "dumb" }).interactive).toBe(false);
    expect(terminalOf(stream(false), {}).colored).toBe(false);
  });
});

describe("what was meant", () => {
  test("is the one name within two edits, or none", () => {
    expect(nearest("kye", ["key", "contacts"])).toBe("key");
    expect(nearest("contcts", ["key", "contacts"])).toBe("contacts");
    expect(nearest("xyzzy", ["key", "contacts"])).toBeNull();
  });

  test("by an id comes before a name, so that no peer can take another's place", () => {
    const eve = { ...CONTACT, userId: "eeeeeeee", name: CONTACT.userId } as unknown as Contact;
    expect(chooseContact(CONTACT.userId, [eve, CONTACT])).toBe(CONTACT);
    expect(chooseContact("ABCDEF", [eve, CONTACT])).toBe(CONTACT);
    expect(() => chooseContact("abc", [CONTACT])).toThrow(/no contact/);
    expect(() => chooseContact("bob", [CONTACT, { ...eve, name: "Bob" }])).toThrow(/fits 2/);
  });
});
