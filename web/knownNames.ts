// What those were called whom one has blocked or banned and who are no contacts: this browser keeps the name that they had
// then, for the account that has known them. A browser that refuses storage forgets it with the page.

import { NAMES } from "./preferences.ts";
import { session } from "./session.ts";

interface Kept {
  /** Whose page it was. */
  readonly userId: string;
  readonly names: Readonly<Record<string, string>>;
}

const MOST = 300;
let kept: Kept | null = null;

session.addNames((userId) => (kept ??= read()).names[userId] ?? null);

export function keepName(of: string, name: string): void {
  const { userId, names } = read();
  const { [of]: _, ...others } = names;
  const latest = [...Object.entries(others), [of, name]].slice(-MOST);
  kept = { userId, names: Object.fromEntries(latest) as Kept["names"] };
  try {
    localStorage.setItem(NAMES, JSON.stringify(kept));
  } catch {
    // Held in memory.
  }
}

function read(): Kept {
  const { userId } = session.acquaint.me;
  try {
    const found = JSON.parse(localStorage.getItem(NAMES) ?? "null") as Kept | null;
    if (found?.userId === userId) return found;
  } catch {
    // As if nothing was kept.
  }
  return kept ?? { userId, names: {} };
}
