// A card as the editor's plain fields, and back. What the form does not know stays in the card,
// and a field that was not touched leaves its part of the card exactly as it was.

import { type Card, cardTitle, emptyCard } from "../shared/client/index.ts";
import { photoOf } from "./cardPhoto.ts";

export interface Entry {
  /** The key of the entry in the card. */
  readonly id: string;
  readonly value: string;
}

export interface CardDraft {
  readonly name: string;
  readonly organization: string;
  readonly title: string;
  readonly phones: readonly Entry[];
  readonly emails: readonly Entry[];
  readonly links: readonly Entry[];
  readonly address: string;
  readonly note: string;
  /** A data: URI, or empty. */
  readonly photo: string;
}

export function newCard(name: string): Card {
  const uid = `urn:uuid:${crypto.randomUUID()}`;
  return name === "" ? emptyCard(uid) : emptyCard(uid, name);
}

export function draftOf(card: Card): CardDraft {
  return {
    name: nameText(card),
    organization: firstOf(card.organizations)?.[1].name ?? "",
    title: firstOf(card.titles)?.[1].name ?? "",
    phones: entriesOf(card.phones, (phone) => phone.number),
    emails: entriesOf(card.emails, (email) => email.address),
    links: entriesOf(card.links, (link) => link.uri),
    address: addressText(firstOf(card.addresses)?.[1]),
    note: firstOf(card.notes)?.[1].note ?? "",
    photo: photoOf(card) ?? "",
  };
}

/** The card with the draft's fields in the place of its own. Empty fields leave it. */
export function withDraft(card: Card, draft: CardDraft): Card {
  const before = draftOf(card);
  const changed: Record<string, unknown> = { ...card };
  const put = (property: keyof Card, value: object) => {
    if (Object.keys(value).length > 0) changed[property] = value;
    else delete changed[property];
  };
  const trimmed = draft.name.trim();
  if (trimmed !== before.name) put("name", trimmed === "" ? {} : { full: trimmed });
  if (draft.organization !== before.organization) {
    put("organizations", withFirst(card.organizations, "name", draft.organization));
  }
  if (draft.title !== before.title) put("titles", withFirst(card.titles, "name", draft.title));
  put("phones", withEntries(card.phones, "number", draft.phones));
  put("emails", withEntries(card.emails, "address", draft.emails));
  put("links", withEntries(card.links, "uri", draft.links.map(completeLink)));
  if (draft.address !== before.address) {
    put("addresses", withFirst(card.addresses, "full", draft.address, ["components", "isOrdered"]));
  }
  if (draft.note !== before.note) put("notes", withFirst(card.notes, "note", draft.note));
  if (draft.photo !== before.photo) put("media", withPhoto(card, draft.photo));
  changed["updated"] = new Date().toISOString().replace(/\.\d+Z$/, "Z");
  return changed as Card;
}

export function addressText(address: NonNullable<Card["addresses"]>[string] | undefined): string {
  if (address === undefined) return "";
  if (address.full !== undefined) return address.full;
  const parts = (address.components ?? []).filter((part) => part.kind !== "separator");
  return parts.map((part) => part.value).join(", ");
}

export function bytesOf(card: Card): number {
  return new TextEncoder().encode(JSON.stringify(card)).length;
}

function nameText({ name }: Card): string {
  if (name?.full !== undefined) return name.full;
  const hasParts = name?.components?.some(
    ({ kind, value }) => kind !== "separator" && value !== "",
  );
  return name && hasParts ? cardTitle({ "@type": "Card", version: "2.0", name }) : "";
}

function firstOf<Value>(map: Record<string, Value> | undefined): [string, Value] | undefined {
  return Object.entries(map ?? {})[0];
}

function entriesOf<Value>(
  map: Record<string, Value> | undefined,
  valueOf: (entry: Value) => string,
): Entry[] {
  return Object.entries(map ?? {}).map(([id, entry]) => ({ id, value: valueOf(entry) }));
}

function withFirst(
  map: Record<string, object> | undefined,
  member: string,
  value: string,
  instead: readonly string[] = [],
): object {
  const [id, first] = firstOf(map) ?? ["1", {}];
  const { [id]: _, ...rest } = map ?? {};
  if (value.trim() === "") return rest;
  const kept = Object.entries(first).filter(([name]) => !instead.includes(name));
  return { [id]: { ...Object.fromEntries(kept), [member]: value.trim() }, ...rest };
}

function withEntries(
  map: Record<string, object> | undefined,
  member: string,
  entries: readonly Entry[],
): object {
  const filled = entries.filter((entry) => entry.value.trim() !== "");
  return Object.fromEntries(
    filled.map(({ id, value }) => [id, { ...map?.[id], [member]: value.trim() }]),
  );
}

/** People leave the scheme out. */
function completeLink(entry: Entry): Entry {
  const value = entry.value.trim();
  if (value === "" || /^[a-z][a-z0-9+.-]*:/i.test(value)) return entry;
  return { ...entry, value: `https://${value}` };
}

function withPhoto(card: Card, photo: string): object {
  const others = Object.entries(card.media ?? {}).filter(([, item]) => item.kind !== "photo");
  const media = Object.fromEntries(others);
  return photo === "" ? media : { ...media, photo: { kind: "photo", uri: photo } };
}
