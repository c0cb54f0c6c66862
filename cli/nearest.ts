// Which of a few names was meant by a typo: the one within two edits, if only one is that near.

const MAX_EDITS = 2;

export function nearest(typo: string, names: readonly string[]): string | null {
  const ranked = names
    .map((name) => ({ name, edits: edits(typo.toLowerCase(), name.toLowerCase()) }))
    .filter((entry) => entry.edits <= Math.min(MAX_EDITS, entry.name.length - 1))
    .sort((a, b) => a.edits - b.edits);
  const [first, second] = ranked;
  if (first === undefined || first.edits === second?.edits) return null;
  return first.name;
}

/** Levenshtein's distance, two swapped neighbours counted as one edit. */
function edits(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Infinity;
  for (let i = 1; i <= a.length; i++) {
    const row = (rows[i] = [i]);
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        at(i - 1, j) + 1,
        at(i, j - 1) + 1,
        at(i - 1, j - 1) + same,
        swapped ? at(i - 2, j - 2) + 1 : Infinity,
      );
    }
  }
  return at(a.length, b.length);
}
