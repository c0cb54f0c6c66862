// Addresses out of received cards and messages as links. Only telephone, mail and https addresses become one;
// whatever else there is stays text.

export function phoneLink(number: string): string | null {
  const dialled = number.replace(/^tel:/i, "").replace(/[\s().\-/]/g, "");
  return /^\+?[0-9*#]{2,30}$/.test(dialled) ? `tel:${dialled}` : null;
}

export function mailLink(address: string): string | null {
  const mailbox = address.trim();
  // Neither headers nor a second recipient can hide in the address.
  return /^[^\s@?&,;:<>"]+@[^\s@?&,;:<>"]+$/.test(mailbox)
    ? `mailto:${encodeURIComponent(mailbox).replaceAll("%40", "@")}`
    : null;
}

export function webLink(uri: string): string | null {
  if (!URL.canParse(uri)) return null;
  const url = new URL(uri);
  return url.protocol === "https:" ? url.href : null;
}

/** A piece of a text; with an address when it can be a link. */
export interface TextPart {
  readonly text: string;
  readonly href: string | null;
}

const ADDRESS = /https:\/\/[^\s<>"\p{Cc}\p{Cf}]+/giu;
const AFTER_ADDRESS = /[.,;:!?'’”»)\]}]+$/u;
/** Neither a user's name, behind which the host could hide, nor letters that look like others. */
const PLAIN_HOST = /^https:\/\/[a-z0-9.-]+(?::\d+)?(?=[/?#]|$)/i;

/** The whole text, in parts: https addresses that lead where they seem to lead, and what is between them. */
export function linkedParts(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const address = withoutTrail(found);
    const href = PLAIN_HOST.test(address) ? webLink(address) : null;
    if (href === null) continue;
    if (index > end) parts.push({ text: text.slice(end, index), href: null });
    parts.push({ text: address, href });
    end = index + address.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end), href: null });
  return parts;
}

/** A closing bracket belongs to an address that has an opening one. */
function withoutTrail(found: string): string {
  const address = found.replace(AFTER_ADDRESS, "");
  const isBracketed = address.includes("(") && found[address.length] === ")";
  return isBracketed ? `${address})` : address;
}
