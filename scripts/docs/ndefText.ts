// The tables of docs/mobile.md: NDEF messages byte by byte, what fits on a tag, and how a reader asks for it.

import { bytesToHex } from "@noble/hashes/utils.js";
import {
  NDEF_APPLICATION,
  ndefFile,
  type2Container,
  type2Content,
  TAGS,
  type4Container,
  type4Dialogue,
  uriMessage,
} from "./ndef.ts";
import { joined, piecesTable, shown, spaced } from "./pieces.ts";
import { table } from "./table.ts";
import { exampleBadgeUrl, exampleTicketUrl } from "./tapExample.ts";

/** Longer than the example's own. */
const LONG_ORIGIN = "https://meet.neighbour.example";

function message(url: string): string {
  const pieces = uriMessage(url);
  const bytes = joined(pieces);
  return [
    piecesTable(pieces),
    `All ${bytes.length} bytes of the message for \`${url}\`, in hex:`,
    `\`\`\`\n${bytesToHex(bytes)}\n\`\`\``,
  ].join("\n\n");
}

export const ticketMessage = (): string => message(exampleTicketUrl());
export const badgeMessage = (): string => message(exampleBadgeUrl());

/** What is on a tag with a badge, from page 3 on. */
export function badgeTag(): string {
  const [tag] = TAGS;
  if (tag === undefined) throw new Error("no tags");
  const content = type2Content(joined(uriMessage(exampleBadgeUrl())));
  const pieces = [
    { bytes: type2Container(tag), meaning: `page 3, the capability container of an ${tag.name}` },
    ...content,
  ];
  return [
    piecesTable(pieces),
    "From page 4 on, in hex:",
    `\`\`\`\n${bytesToHex(joined(content))}\n\`\`\``,
  ].join("\n\n");
}

export function tagSizes(): string {
  const long = exampleBadgeUrl(LONG_ORIGIN);
  const used = (url: string) => joined(type2Content(joined(uriMessage(url)))).length;
  const left = (announced: number, url: string) =>
    used(url) > announced ? "does not fit" : `${announced - used(url)} bytes`;
  const rows = TAGS.map((tag) => [
    tag.name,
    String(tag.userBytes),
    `\`${spaced(type2Container(tag))}\`: ${tag.announcedBytes}`,
    left(tag.announcedBytes, exampleBadgeUrl()),
    left(tag.announcedBytes, long),
    left(tag.announcedBytes, exampleTicketUrl()),
  ]);
  return [
    table(
      [
        "tag",
        "user bytes",
        "capability container, bytes it announces",
        `left with a badge of the example (${used(exampleBadgeUrl())} bytes)`,
        `left with one of an origin of ${LONG_ORIGIN.length} characters (${used(long)} bytes)`,
        `left with a ticket (${used(exampleTicketUrl())} bytes)`,
      ],
      rows,
    ),
    `The badge of an origin of ${LONG_ORIGIN.length} characters, as on the tag from page 4 on, in hex:`,
    `\`\`\`\n${bytesToHex(joined(type2Content(joined(uriMessage(long)))))}\n\`\`\``,
  ].join("\n\n");
}

export const containerFile = (): string => piecesTable(type4Container());

/** Commands and answers of a reader that reads the example's ticket from a phone. */
export function cardDialogue(): string {
  const bytes = joined(uriMessage(exampleTicketUrl()));
  const rows = type4Dialogue(bytes).map(({ what, command, answer }) => [
    what,
    `\`${spaced(command)}\``,
    shown(answer),
  ]);
  return [
    `AID: \`${bytesToHex(NDEF_APPLICATION).toUpperCase()}\`. The NDEF file holds NLEN and the message: ${ndefFile(bytes).length} bytes.`,
    table(["step", "command", "answer"], rows),
  ].join("\n\n");
}
