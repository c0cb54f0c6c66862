// What a room is about, as rooms and the lobby name it.

/** `street-photography`, of what was typed; the empty text where nothing is left. */
export function topicOf(typed: string): string {
  return typed
    .normalize("NFKC")
    .toLocaleLowerCase("und")
    .replace(/[^\p{Ll}\p{Lo}\p{Lm}\p{M}\p{Nd}]+/gu, "-")
    .replace(/^-+|-+$/g, "");
}
