// What the page decides without a browser: hints for a key being typed, links out of a stranger's
// card, and a card as a form and back; endings in words, a request in the making.

import { expect, test } from "vitest";
import { type Card, type FailureReason, loadCodes } from "../../shared/client/index.ts";
import { askOf, faultsOf, newDraft, peerOf } from "../../web/askDraft.ts";
import { draftOf, withDraft } from "../../web/cardDraft.ts";
import { complete, correct, hintFor, mistakenWord, optionsFor } from "../../web/keyTyping.ts";
import { explainFailure } from "../../web/endings.ts";
import { withPlainName } from "../../web/plainName.ts";
import { begin, type Way } from "../../web/progress.ts";
import { mailLink, phoneLink, webLink } from "../../web/safeLinks.ts";

const codes = await loadCodes();

test.each([
  ["", "none"],
  ["4", "guide"],
  ["417", "guide"],
  ["417-", "guide"],
  ["417-gui", "guide"],
  ["417-guitar", "guide"],
  ["417-guitar-oc", "none"],
  ["417-guitar-ocean", "complete"],
  ["417-guitxr", "mistake"],
  ["417-guitar-oceam", "mistake"],
  ["417-guitar-ocean-zoo", "mistake"],
  ["https://example.org/", "mistake"],
])("KEY-1: the hint for “%s” is of the kind %s", (text, kind) => {
  expect(hintFor(text, codes).kind).toBe(kind);
});

test("a name that would turn the sentence around it is shown without what turns it", () => {
  expect(withPlainName({ name: "Ada \u202eevil\u2066\u0007\n", id: 1 })).toEqual({
    name: "Ada evil",
    id: 1,
  });
  for (const name of ["Zoë 👩‍👩‍👧‍👦", "שלום", "می‌خواهم"]) expect(withPlainName({ name }).name).toBe(name);
});

test("KEY-1: words are offered for the end of the text alone, and taken over as typed", () => {
  expect(optionsFor("417-guit", codes)).toEqual(["guitar"]);
  expect(optionsFor("417-guitar", codes)).toEqual([]);
  expect(optionsFor("417-guitar-ocean-z", codes)).toEqual([]);
  expect(optionsFor("guit", codes)).toEqual([]);
  expect(complete("417-guit", "guitar")).toBe("417-guitar-");
  expect(complete("417 guitar oc", "ocean")).toBe("417 guitar ocean");
  expect(complete("417guit", "guitar")).toBe("417-guitar-");
});

test("KEY-1: before the words are here the field offers and hints nothing", () => {
  expect(optionsFor("417-guit", null)).toEqual([]);
  expect(hintFor("417-guitxr", null)).toEqual({ kind: "none" });
});

test("KEY-1: a suggestion replaces the word that was meant, wherever it stands", () => {
  expect(mistakenWord("417-guitar-oceam", codes)).toBe("oceam");
  expect(correct("417-Guitor-ocean", "guitor", "guitar")).toBe("417-guitar-ocean");
});

test("addresses in a stranger's card become links only when they are safe", () => {
  expect(phoneLink("tel:+44 (20) 7946-0018")).toBe("tel:+442079460018");
  expect(phoneLink("1;ext=2")).toBeNull();
  expect(mailLink("ada@example.org")).toBe("mailto:ada@example.org");
  expect(mailLink("ada@example.org?bcc=eve@example.org")).toBeNull();
  expect(webLink("https://example.org/a")).toBe("https://example.org/a");
  for (const uri of ["javascript:alert(1)", "data:text/html,x", "http://example.org", "no link"]) {
    expect(webLink(uri)).toBeNull();
  }
});

test("KEY-6: an edited card keeps what the form does not know", () => {
  const card: Card = {
    "@type": "Card",
    version: "1.0",
    uid: "urn:uuid:1",
    name: {
      components: [
        { kind: "given", value: "Ada" },
        { kind: "surname", value: "Lovelace" },
      ],
    },
    phones: { a: { number: "+1", contexts: { work: true } }, b: { number: "+2" } },
    nicknames: { n: { name: "Countess" } },
    media: { logo: { kind: "logo", uri: "https://example.org/logo.png" } },
  };
  const draft = draftOf(card);
  expect(draft.name).toBe("Ada Lovelace");
  const { updated: _, ...untouched } = withDraft(card, draft);
  expect(untouched).toEqual(card);
  const edited = withDraft(card, {
    ...draft,
    phones: [{ id: "a", value: "+3" }],
    photo: "data:image/png;base64,AAAA",
  });
  expect(edited.phones).toEqual({ a: { number: "+3", contexts: { work: true } } });
  expect(edited.nicknames).toEqual(card.nicknames);
  expect(edited.media).toMatchObject({ ...card.media, photo: { kind: "photo" } });
});

const WAYS: readonly Way[] = ["showKey", "enterKey", "ask", "enterPassphrase", "answer"];
const FAILURES: readonly FailureReason[] = [
  "mismatch",
  "timedOut",
  "cancelled",
  "refused",
  "unreachable",
  "tampered",
  "answeredElsewhere",
];

test.each(WAYS)("PAS-6: every ending of the way “%s” says what happened", (way) => {
  const peer = way === "ask" || way === "answer" ? { name: "Ann", userId: null } : null;
  const told = FAILURES.map((reason) =>
    explainFailure({ ...begin(way, peer), stage: "failed", reason }),
  );
  for (const { title, text } of told) {
    expect(title).not.toMatch(/[.!]$/);
    expect(text).toMatch(/\.$/);
  }
  expect(new Set(told.map(({ title }) => title)).size).toBe(FAILURES.length);
});

test("PAS-6: a passphrase that was shown to nobody can still serve, and the asker is told", () => {
  const unanswered = { ...begin("ask"), stage: "failed" as const, reason: "timedOut" as const };
  expect(explainFailure(unanswered).text).toContain("can still serve");
  expect(explainFailure({ ...unanswered, isAnswered: true }).text).toContain("a new passphrase");
});

test("PAS-4: a request in the making is judged before anything is sent", () => {
  const draft = { ...newDraft("handle", ""), handle: " @Ben_1 ", passphrase: "blue moon" };
  expect(faultsOf(draft)).toEqual({});
  expect(askOf(draft)).toEqual({
    to: "ben_1",
    passphrase: "blue moon",
    t1Seconds: 60,
    t2Seconds: 90,
  });
  expect(askOf({ ...draft, target: "anyone" })).not.toHaveProperty("to");
  expect(peerOf(draft, String)).toEqual({ name: "@ben_1", userId: null });
  expect(peerOf({ ...draft, target: "anyone" }, String)).toBeNull();
  for (const [t1, t2, fault] of [
    ["10", "11", undefined],
    ["299", "300", undefined],
    ["9", "60", "whole seconds"],
    ["60", "301", "whole seconds"],
    ["60", "60", "more than"],
    ["1e2", "200", "whole seconds"],
    ["", "90", "whole seconds"],
  ] as const) {
    const { terms } = faultsOf({ ...draft, t1, t2 });
    if (fault === undefined) expect(terms).toBeUndefined();
    else expect(terms).toContain(fault);
  }
  expect(faultsOf({ ...draft, handle: "1" })).toHaveProperty("target");
  expect(faultsOf({ ...draft, target: "contact" })).toHaveProperty("target");
  expect(faultsOf({ ...draft, passphrase: " " })).toHaveProperty("passphrase");
});
