// Which contact is meant: by user id, by an unambiguous beginning of it, or by name. Names come
// from the peers themselves, so whatever fits two contacts is refused rather than guessed.
import type { Contact } from "../shared/client/node.ts";
import { shortId } from "./contactText.ts";
import { CliError } from "./errors.ts";
import { nearest } from "./nearest.ts";
import { printable } from "./printable.ts";

const PREFIX_MIN_CHARS = 4;
const CANDIDATES_SHOWN = 5;

type Named = Pick<Contact, "userId" | "name">;

/** @throws CliError `contact-unknown` or `contact-ambiguous` */
export function chooseContact<Person extends Named>(
  reference: string,
  contacts: readonly Person[],
): Person {
  const fitting = fittingPeople(reference, contacts);
  const [only, other] = fitting;
  if (only === undefined) throw unknown(reference, contacts);
  if (other !== undefined) throw ambiguous(reference, fitting);
  return only;
}

/** Those who have that name or user id, or one that begins so. */
export function fittingPeople<Person extends Named>(
  reference: string,
  people: readonly Person[],
): readonly Person[] {
  const byId = people.find(({ userId }) => userId === reference);
  if (byId !== undefined) return [byId];
  const wanted = folded(reference);
  return people.filter(
    ({ name, userId }) =>
      folded(name) === wanted || (wanted.length >= PREFIX_MIN_CHARS && userId.startsWith(wanted)),
  );
}

function unknown(reference: string, contacts: readonly Named[]): CliError {
  const names = [...new Set(contacts.map(({ name }) => printable(name)))];
  const meant = nearest(printable(reference), names);
  const question = meant === null ? "" : ` Did you mean ${meant}?`;
  return new CliError("contact-unknown", `There is no contact “${reference}”.${question}`, {
    hint: "acquaint contacts lists them; name one in full, or the beginning of the user id",
    ...(meant !== null && { details: { suggestion: meant } }),
  });
}

function ambiguous(reference: string, fitting: readonly Named[]): CliError {
  const shown = fitting
    .slice(0, CANDIDATES_SHOWN)
    .map(({ name, userId }) => `${printable(name)} ${shortId(userId)}`);
  const more = fitting.length > CANDIDATES_SHOWN ? ", …" : "";
  return new CliError(
    "contact-ambiguous",
    `“${reference}” fits ${fitting.length} contacts: ${shown.join(", ")}${more}.`,
    { hint: "Name the one by its user id.", details: { userIds: fitting.map((c) => c.userId) } },
  );
}

function folded(text: string): string {
  return printable(text).normalize("NFKC").toLowerCase().trim();
}
