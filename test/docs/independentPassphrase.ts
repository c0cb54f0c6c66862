// Normalises a passphrase, written from docs/protocol.md ("Passphrases") alone.

/** CPace's password-related string; null for what is no passphrase. */
export function prsOfPassphrase(typed: string): Buffer | null {
  if (/\p{Cs}/u.test(typed)) return null;
  if (/(?!\p{White_Space})\p{Cc}/u.test(typed)) return null;
  const text = typed
    .normalize("NFKC")
    .toLowerCase()
    .normalize("NFKC")
    .replace(/\p{White_Space}+/gu, " ")
    .replace(/^ /, "")
    .replace(/ $/, "");
  const isVisible = /[^\p{Default_Ignorable_Code_Point} ]/u.test(text);
  return isVisible && [...text].length <= 200 ? Buffer.from(text, "utf8") : null;
}
