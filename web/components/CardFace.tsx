// A business card as people read it. Its texts come from strangers: they are shown as text, and
// only safe addresses become links.

import { addressText } from "../cardDraft.ts";
import { photoOf } from "../cardPhoto.ts";
import { type Card, cardTitle } from "../../shared/client/index.ts";
import { mailLink, phoneLink, webLink } from "../safeLinks.ts";
import { Avatar } from "./Avatar.tsx";
import { Icon, type IconName } from "./Icon.tsx";

interface Row {
  readonly icon: IconName;
  readonly kind: string;
  readonly text: string;
  readonly href: string | null;
}

interface CardFaceProps {
  readonly card: Card;
  /** How the person is called here, when that is not the card's own title. */
  readonly name?: string;
}

export function CardFace({ card, name }: CardFaceProps) {
  const title = name || cardTitle(card);
  const own = cardTitle(card);
  const rows = rowsOf(card);
  const position = [
    ...Object.values(card.titles ?? {}).map((entry) => entry.name),
    ...Object.values(card.organizations ?? {}).map((entry) => entry.name ?? ""),
  ].filter((text) => text.trim() !== "" && text !== title);
  return (
    <article class="card-face" aria-label={`Card of ${title}`}>
      <header class="card-head">
        <Avatar name={title} photo={photoOf(card)} size="large" />
        <div class="card-who">
          <p class="card-name">{title}</p>
          {own !== title && own !== "Unnamed card" && <p class="card-position">{own}</p>}
          {position.map((line) => (
            <p class="card-position" key={line}>
              {line}
            </p>
          ))}
        </div>
      </header>
      {rows.length > 0 && (
        <ul class="card-rows" role="list">
          {rows.map((row, index) => (
            <li key={index}>
              <Icon name={row.icon} />
              <span class="unseen">{row.kind}: </span>
              {row.href === null ? (
                <span class="card-text">{row.text}</span>
              ) : (
                <a href={row.href} {...(row.icon === "link" && OUTSIDE)}>
                  {row.text}
                </a>
              )}
            </li>
          ))}
        </ul>
      )}
    </article>
  );
}

const OUTSIDE = { target: "_blank", rel: "noopener noreferrer" } as const;

function rowsOf(card: Card): Row[] {
  const valuesOf = <Value,>(map: Record<string, Value> | undefined) => Object.values(map ?? {});
  const row = (icon: IconName, kind: string, text: string, href: string | null = null): Row => ({
    icon,
    kind,
    text,
    href,
  });
  const rows = [
    ...valuesOf(card.phones).map(({ number }) =>
      row("phone", "Phone", number.replace(/^tel:/i, ""), phoneLink(number)),
    ),
    ...valuesOf(card.emails).map(({ address }) =>
      row("mail", "E-mail", address, mailLink(address)),
    ),
    ...valuesOf(card.links).map(({ uri }) => row("link", "Link", shortUri(uri), webLink(uri))),
    ...valuesOf(card.onlineServices).map((service) => {
      const text = [service.service, service.user ?? service.uri].filter(Boolean).join(": ");
      return row("service", "Service", text, null);
    }),
    ...valuesOf(card.addresses).map((address) => row("place", "Address", addressText(address))),
    ...valuesOf(card.notes).map(({ note }) => row("note", "Note", note)),
  ];
  return rows.filter(({ text }) => text.trim() !== "");
}

/** An https address without its scheme; any other as it is, since its scheme says what it is. */
function shortUri(uri: string): string {
  return uri.replace(/^https:\/\/(?:www\.)?/i, "").replace(/^([^/]+)\/$/, "$1");
}
