// Settings that are about one account, and go with it.

/** When the safety phrase was compared, and what it stood for. */
export function comparedId(userId: string): string {
  return `compared ${userId}`;
}

/** What the account has said last of linking, as it waits for this device's person or turn. */
export function linkingId(userId: string): string {
  return `linking ${userId}`;
}

export const aboutContact = (userId: string): readonly string[] => [
  comparedId(userId),
  linkingId(userId),
];
