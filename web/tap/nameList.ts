// Several people by their names, as a sentence has them. Whoever one has not met has no name yet: the SDK then gives a
// short form of the id, which tells nobody anything.

const MOST = 3;
const LIST = new Intl.ListFormat("en");

interface Named {
  readonly userId: string;
  readonly name: string;
}

export function isShortId({ name, userId }: Named): boolean {
  const [start = "", end = "", more] = name.split("…");
  const isShortened = start !== "" && end !== "" && more === undefined;
  return isShortened && userId.startsWith(start) && userId.endsWith(end);
}

export const SOMEONE = "Someone new";

export function nameOrSomeone(one: Named): string {
  return isShortId(one) ? SOMEONE : one.name;
}

/** The first few of those who have names, and how many more. */
export function listOf(people: readonly Named[]): string {
  const names = people.filter((one) => !isShortId(one)).map(({ name }) => name);
  const shown = names.slice(0, MOST);
  const more = people.length - shown.length;
  if (shown.length === 0) return more === 1 ? "one person" : `${more} people`;
  return LIST.format(more > 0 ? [...shown, `${more} more`] : shown);
}
