// Addresses out of a received card as links. Only telephone, mail and https addresses become one;
// whatever else a card holds is shown as text.

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
