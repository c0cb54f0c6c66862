// How events look to people, and the pieces below: safe text, countdown, QR code, nearest names.
import { describe, expect, test, vi } from "vitest";
import { adviceOnFailure } from "../../cli/advice.ts";
import { chooseContact } from "../../cli/contactChoice.ts";
import { remaining, startCountdown } from "../../cli/countdown.ts";
import { CliError } from "../../cli/errors.ts";
import type { KeyEvent } from "../../cli/events.ts";
import { nearest } from "../../cli/nearest.ts";
import { presenterOf } from "../../cli/output.ts";
import { jsonLine, printable, shortened } from "../../cli/printable.ts";
import { qrLines } from "../../cli/qrText.ts";
import { terminalOf, type Terminal } from "../../cli/terminal.ts";
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

describe("the countdown", () => {
  test("rewrites one line each second on a terminal, and is gone when it stops", () => {
    vi.useFakeTimers({ now: 0 });
    try {
      const out = screen({ interactive: true });
      const countdown = startCountdown(120_000, out);
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
    startCountdown(65_000, out, () => 0).stop();
    expect(out.text).toBe("Waiting for them. The key is good for 1:05.\n");
    expect(remaining(-5)).toBe("0:00");
    expect(remaining(999)).toBe("0:01");
  });
});

describe("for people", () => {
  test("every failure says for each side what it was and what to do next", () => {
    for (const reason of [...failureSchema.options, "tampered"] as const) {
      for (const role of ["initiator", "responder"] as const) {
        const { title, lines } = adviceOnFailure(reason, role);
        expect(title).not.toBe("");
        expect(lines.at(-1)).toMatch(/acquaint key|--server/);
      }
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
