// A business card in a few lines, for people. The whole of it is in the file or the JSON.
import { type Card, cardTitle } from "../shared/client/node.ts";
import { printable, shortened } from "./printable.ts";
import { styled, type Terminal } from "./terminal.ts";

const LINE_MAX_CHARS = 100;
const LINES_MAX = 12;
const LABEL_CHARS = 8;

export function cardLines(card: Card, out: Terminal): string[] {
  const facts: [label: string, value: string | undefined][] = [
    ...valuesOf(card.titles).map((title) => ["title", title.name] as [string, string]),
    ...valuesOf(card.organizations).map(({ name }) => ["at", name] as [string, string | undefined]),
    ...valuesOf(card.emails).map(({ address }) => ["e-mail", address] as [string, string]),
    ...valuesOf(card.phones).map(({ number }) => ["phone", number] as [string, string]),
    ...valuesOf(card.onlineServices).map(
      ({ service, user, uri }) =>
        [service ?? "online", user ?? uri] as [string, string | undefined],
    ),
    ...valuesOf(card.links).map(({ uri }) => ["link", uri] as [string, string]),
    ...valuesOf(card.addresses).map(
      (address) => ["address", addressText(address)] as [string, string],
    ),
    ...valuesOf(card.notes).map(({ note }) => ["note", note] as [string, string]),
    ...valuesOf(card.media)
      .filter(({ kind }) => kind === "photo")
      .map(() => ["photo", "in the card"] as [string, string]),
  ];
  const lines = facts.flatMap(([label, value]) =>
    value === undefined || value === "" ? [] : [factLine(label, value, out)],
  );
  const shown = lines.slice(0, LINES_MAX);
  const more = lines.length - shown.length;
  const title = shortened(printable(cardTitle(card)), LINE_MAX_CHARS);
  return [
    `    ${styled(out, "bold", title)}`,
    ...shown,
    ...(more > 0 ? [`    … and ${more} more`] : []),
  ];
}

type Address = NonNullable<Card["addresses"]>[string];

function addressText({ full, components = [] }: Address): string {
  const parts = components.filter(({ kind }) => kind !== "separator").map(({ value }) => value);
  return full ?? parts.filter((part) => part !== "").join(", ");
}

function factLine(label: string, value: string, out: Terminal): string {
  const name = shortened(printable(label), LABEL_CHARS).padEnd(LABEL_CHARS);
  return `    ${styled(out, "dim", name)} ${shortened(printable(value), LINE_MAX_CHARS)}`;
}

function valuesOf<Entry>(map: Record<string, Entry> | undefined): Entry[] {
  return Object.values(map ?? {});
}
