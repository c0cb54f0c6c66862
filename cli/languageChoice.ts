// The language that `--words` names: of a key's words, or of a suggested passphrase.
import { loadLanguages, type WordListTag } from "../shared/client/node.ts";
import type { Arguments } from "./arguments.ts";
import { usageError } from "./errors.ts";

/** Undefined when nothing was chosen. @throws CliError `usage`; nothing has been sent then */
export async function chosenLanguage(args: Arguments): Promise<WordListTag | undefined> {
  const wanted = args.text("words");
  if (wanted === undefined) return undefined;
  const languages = await loadLanguages();
  const found = languages.find(({ tag }) => tag === wanted.toLowerCase());
  if (found !== undefined) return found.tag;
  const known = languages.map(({ tag, name }) => `${tag} (${name})`).join(", ");
  throw usageError(`There are no lists of words in “${wanted}”.`, `--words takes one of: ${known}`);
}
