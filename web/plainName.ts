// Names come from other people: whatever would reorder or break up the sentence around one is left out
// before the page shows it.

// Controls, line separators, and the marks that switch the direction of writing.
const UNSAFE = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** The same, with a name that leaves the sentence around it as it is. */
export function withPlainName<Named extends { readonly name: string }>(named: Named): Named {
  return { ...named, name: named.name.replace(UNSAFE, "") };
}
