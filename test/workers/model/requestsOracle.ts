// What the devices of the one who is asked hear from their mailbox: each request once on a connection,
// its end once, nothing after its end; and who comes later learns of the end by its cursor (PAS-2, PAS-6).

// oxlint-disable vitest/no-standalone-expect -- a model-based run checks where it acts

import { expect } from "vitest";
import type { MeetingRequest } from "../../../shared/wire/mailbox.ts";
import type { TestSocket } from "../support/sockets.ts";
import type { Name } from "./cast.ts";

/** One connection of one device to its mailbox. */
export interface MailboxLine {
  readonly name: Name;
  readonly socket: TestSocket;
  hellos: number;
  /** By the request's `sid`: what it must have heard, in this order: "request", then how it was over. */
  readonly expected: Map<string, string[]>;
  /** The requests of which it cannot be said exactly, only what must never be heard. */
  readonly loose: Set<string>;
}

interface Asked {
  readonly sid: string;
  readonly request: Partial<MeetingRequest>;
  readonly claimBy: number;
  stage: "unshown" | "waiting" | "answered" | "over";
  /** Null while it is not over, and when it led to a contact. */
  end: string | null;
  /** Errands were cut off, so it is not known what the mailbox has. */
  isCertain: boolean;
  /** A deadline has passed; the mailbox is told of it when the attempt wakes. */
  isExpiring: boolean;
  /** Open when it was answered; or greeted since; as long as one of them is, nobody is shown the request again. */
  dismissed: readonly MailboxLine[];
  /** Devices that have heard of the end, or perhaps have. */
  readonly informed: Set<Name>;
  readonly perhapsInformed: Set<Name>;
}

export class RequestsOracle {
  readonly lines: MailboxLine[] = [];
  readonly #asked: Asked[] = [];

  /** @param isShown the mailbox lets the asker through */
  asked(request: Partial<MeetingRequest> & { sid: string; claimBy: number }, isShown: boolean) {
    this.#asked.push({
      sid: request.sid,
      request,
      claimBy: request.claimBy,
      stage: isShown ? "waiting" : "unshown",
      end: null,
      isCertain: true,
      isExpiring: false,
      dismissed: [],
      informed: new Set(),
      perhapsInformed: new Set(),
    });
    if (isShown) this.#tellListeners(request.sid, "request");
  }

  /** How many were shown, at most. */
  shownSince(time: number): number {
    return this.#asked.filter(
      ({ stage, request }) => stage !== "unshown" && (request.openedAt ?? 0) >= time,
    ).length;
  }

  answered(sid: string): void {
    const asked = this.#find(sid);
    if (asked?.stage !== "waiting") return;
    asked.stage = "answered";
    asked.dismissed = this.lines.filter(isOpen);
    this.#tellListeners(sid, "answered");
  }

  /** A deadline has passed that the attempt may not have noticed. */
  expiring(sid: string): void {
    const asked = this.#find(sid);
    if (asked?.stage === "waiting" || asked?.stage === "answered") asked.isExpiring = true;
  }

  ended(sid: string, outcome: string): void {
    const asked = this.#find(sid);
    if (asked?.stage !== "waiting" && asked?.stage !== "answered") return;
    asked.stage = "over";
    asked.end = outcome;
    asked.isExpiring = false;
    for (const { name } of this.#tellListeners(sid, outcome)) asked.informed.add(name);
  }

  /** The asker is blocked while the request waits: it is over for this account alone. */
  blocked(sid: string): void {
    const asked = this.#find(sid);
    if (asked?.isExpiring) asked.isCertain = false;
    this.ended(sid, "blocked");
  }

  /** They are contacts now: this request and all before it need no end any more. */
  met(sid: string): void {
    for (const asked of this.#asked) asked.end = null;
    const asked = this.#find(sid);
    if (asked !== undefined) asked.stage = "over";
  }

  /** Ends that the contact had made needless may be told again. */
  contactRemoved(): void {
    for (const asked of this.#asked) asked.isCertain = false;
  }

  cutOff(sid: string): void {
    const asked = this.#find(sid);
    if (asked !== undefined) asked.isCertain = false;
  }

  /** A hello is about to be said. */
  hello(line: MailboxLine, isFromStart: boolean, now: number): void {
    line.hellos += 1;
    for (const asked of this.#asked) {
      const { sid, stage, end, informed, perhapsInformed } = asked;
      if (stage === "unshown") continue;
      if (stage === "over") {
        if (end === null || (informed.has(line.name) && !isFromStart)) continue;
        if (perhapsInformed.has(line.name)) line.loose.add(sid);
        informed.add(line.name);
        expectToHear(line, sid, end);
      } else if (asked.isExpiring) {
        perhapsInformed.add(line.name);
        line.loose.add(sid);
      } else if (stage === "waiting") {
        if (now < asked.claimBy) expectToHear(line, sid, "request");
      } else if (asked.dismissed.some(isOpen)) asked.dismissed = [...asked.dismissed, line];
      else if (now < asked.claimBy) line.loose.add(sid);
    }
  }

  hangUp(line: MailboxLine): void {
    this.expectHeard(line);
    for (const { isExpiring, perhapsInformed } of this.#asked) {
      if (isExpiring) perhapsInformed.add(line.name);
    }
  }

  /** Compares all that the line has heard with what it must have. */
  expectHeard(line: MailboxLine): void {
    for (const asked of this.#asked) {
      const heard = this.#heard(line, asked);
      expectPossible(heard, line);
      if (!asked.isCertain || line.loose.has(asked.sid)) continue;
      const expected = line.expected.get(asked.sid) ?? [];
      const isToldOfEnd = asked.isExpiring && heard.length > expected.length;
      expect(heard, `${line.name} hears`).toEqual(
        isToldOfEnd ? [...expected, "timedOut"] : expected,
      );
    }
  }

  #heard({ socket }: MailboxLine, { sid, request }: Asked): string[] {
    const heard: string[] = [];
    for (const told of socket.told) {
      if (told.type !== "request" && told.type !== "requestOver") continue;
      if (told["request"].sid !== sid) continue;
      if (told.type === "request") expect(told["request"]).toMatchObject(request);
      heard.push(told.type === "request" ? "request" : told["request"].outcome);
    }
    return heard;
  }

  #tellListeners(sid: string, what: string): MailboxLine[] {
    const listeners = this.lines.filter((line) => line.hellos > 0 && isOpen(line));
    for (const line of listeners) expectToHear(line, sid, what);
    return listeners;
  }

  #find(sid: string): Asked | undefined {
    return this.#asked.find((asked) => asked.sid === sid);
  }
}

function isOpen({ socket }: MailboxLine): boolean {
  return !socket.isClosed;
}

function expectToHear({ expected }: MailboxLine, sid: string, what: string): void {
  expected.set(sid, [...(expected.get(sid) ?? []), what]);
}

/** What holds even where it is not known what the mailbox has: a hello repeats, nothing else does. */
function expectPossible(heard: readonly string[], { name, hellos }: MailboxLine): void {
  const requests = heard.filter((what) => what === "request").length;
  const dismissals = heard.filter((what) => what === "answered").length;
  const end = heard.findIndex((what) => what !== "request" && what !== "answered");
  expect(requests, `${name} hears of a request`).toBeLessThanOrEqual(hellos);
  expect(dismissals, `${name} is dismissed`).toBeLessThanOrEqual(1);
  if (end === -1) return;
  const after = heard.slice(end);
  expect(new Set(after).size, `${name} hears one end: ${heard.join(", ")}`).toBe(1);
  expect(after.length, `${name} hears the end`).toBeLessThanOrEqual(hellos);
}
