// Help with choosing a passphrase: three words in a language of one's own, and how hard one is to
// guess. Words and judgement are loaded when this is first shown.

import { useEffect, useId, useState } from "preact/hooks";
import {
  type Language,
  loadLanguages,
  loadPassphrases,
  type Passphrases,
  type WordListTag,
} from "../../shared/client/index.ts";
import { notify } from "../announcements.ts";
import { useSettled } from "../clock.ts";
import { problemText } from "../problems.ts";
import { Icon } from "./Icon.tsx";

/** So long after the last letter the hint follows: it judges what was typed, not each key. */
const PAUSE_MS = 500;

interface PassphraseHelpProps {
  readonly value: string;
  readonly onSuggest: (passphrase: string) => void;
}

export function PassphraseHelp({ value, onSuggest }: PassphraseHelpProps) {
  const id = useId();
  const [languages, setLanguages] = useState<readonly Language[]>([]);
  const [tag, setTag] = useState<WordListTag | null>(null);
  const [passphrases, setPassphrases] = useState<Passphrases | null>(null);
  const judged = useSettled(value, PAUSE_MS);
  const strength = judged.trim() === "" ? null : (passphrases?.strength(judged) ?? null);
  useEffect(() => {
    loadLanguages().then(
      (all) => {
        setLanguages(all);
        setTag(ownTag(all, navigator.language));
      },
      () => {},
    );
  }, []);
  useEffect(() => {
    let isWanted = true;
    if (tag === null) return;
    loadPassphrases(tag).then(
      (loaded) => isWanted && setPassphrases(loaded),
      () => {},
    );
    return () => {
      isWanted = false;
    };
  }, [tag]);
  const suggest = async () => {
    const loaded = passphrases ?? (await loadPassphrases(tag ?? undefined));
    setPassphrases(loaded);
    onSuggest(loaded.suggest());
  };
  return (
    <>
      <div class="suggest">
        <button
          type="button"
          class="tool"
          onClick={() => {
            suggest().catch((error: unknown) => notify(problemText(error)));
          }}
        >
          <Icon name="suggest" /> Suggest three words
        </button>
        {languages.length > 0 && (
          <>
            <label class="unseen" htmlFor={id}>
              Language of suggestions
            </label>
            <select
              id={id}
              value={tag ?? ""}
              onChange={(event) => setTag(event.currentTarget.value as WordListTag)}
            >
              {languages.map((language) => (
                <option key={language.tag} value={language.tag} selected={language.tag === tag}>
                  {language.ownName}
                </option>
              ))}
            </select>
          </>
        )}
      </div>
      <div class="strength" data-level={strength?.level} aria-live="polite">
        {strength !== null && (
          <>
            <span class="strength-bar" aria-hidden="true">
              <i />
              <i />
              <i />
            </span>
            <p>{strength.hint}</p>
          </>
        )}
      </div>
    </>
  );
}

/** Chinese has two lists: by script, or by where one is. */
function ownTag(languages: readonly Language[], locale: string): WordListTag {
  const isTraditional = /^zh\b.*\b(hant|tw|hk|mo)\b/i.test(locale);
  const wanted = isTraditional ? "zt" : locale.slice(0, 2).toLowerCase();
  return languages.find(({ tag }) => tag === wanted)?.tag ?? "en";
}
