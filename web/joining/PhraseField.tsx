// The field for a recovery phrase: twelve small ones, numbered as on paper. Each completes its word (WAI-ARIA
// listbox pattern) and goes on to the next; a phrase that is pasted into any of them fills all.

import { useId, useRef, useState } from "preact/hooks";
import type { RecoveryWords } from "../../shared/client/index.ts";
import { finished, isMistake, PHRASE_WORDS, withText, wordsIn } from "./phraseTyping.ts";

const MOST_OPTIONS = 4;

interface PhraseFieldProps {
  readonly words: readonly string[];
  readonly onChange: (words: readonly string[]) => void;
  /** Null until the words are here. */
  readonly known: RecoveryWords | null;
  /** The word that is being typed; null for none. */
  readonly typedAt: number | null;
  readonly onTyping: (at: number | null) => void;
  /** Of what is said about all of them. */
  readonly describedBy: string;
}

export function PhraseField(props: PhraseFieldProps) {
  const { words, onChange, known, typedAt, onTyping, describedBy } = props;
  const id = useId();
  const list = useRef<HTMLOListElement>(null);
  const [active, setActive] = useState(-1);
  const [isClosed, setClosed] = useState(false);
  // What was changed just now: the focus may go on before it is drawn.
  const latest = useRef(words);
  latest.current = words;
  const typed = typedAt === null ? "" : (words[typedAt] ?? "");
  const options =
    isClosed || known === null || known.has(typed) ? [] : known.complete(typed, MOST_OPTIONS);

  const focus = (at: number) => {
    const field = list.current?.querySelectorAll("input")[Math.min(at, PHRASE_WORDS - 1)];
    field?.focus();
    field?.select();
  };
  const change = (next: readonly string[]) => {
    latest.current = next;
    onChange(next);
  };
  const put = (at: number, text: string) => {
    const found = wordsIn(text);
    const goesOn = found.length > 1 || /[a-z]\s$/i.test(text);
    const next = withText(words, at, text);
    setActive(-1);
    setClosed(false);
    change(goesOn ? next.map((word) => finished(word, known)) : next);
    if (goesOn) focus(found.length >= PHRASE_WORDS ? PHRASE_WORDS - 1 : at + found.length);
  };
  const accept = (at: number, word: string) => put(at, `${word} `);
  const onKeyDown = (event: KeyboardEvent, at: number) => {
    if (event.isComposing) return;
    const chosen = options[active] ?? (options.length === 1 ? options[0] : undefined);
    const isOfOptions =
      options.length > 0 && (event.key === "ArrowDown" || event.key === "ArrowUp");
    if (isOfOptions) {
      const step = event.key === "ArrowDown" ? 1 : -1;
      const next = active === -1 && step === -1 ? options.length - 1 : active + step;
      setActive((next + options.length) % options.length);
    } else if (event.key === "Escape" && options.length > 0) {
      setClosed(true);
    } else if (event.key === "Enter" && at < PHRASE_WORDS - 1) {
      if (chosen === undefined) focus(at + 1);
      else accept(at, chosen);
    } else if (event.key === "Backspace" && typed === "" && at > 0) {
      focus(at - 1);
    } else {
      return;
    }
    event.preventDefault();
  };
  const leave = (at: number) => {
    const before = latest.current;
    const next = before.map((word, index) => (index === at ? finished(word, known) : word));
    if (next[at] !== before[at]) change(next);
    onTyping(null);
    setActive(-1);
    setClosed(false);
  };

  return (
    <ol class="phrase phrase-field" role="list" ref={list} translate={false}>
      {words.map((word, at) => {
        const isTyped = at === typedAt;
        const shown = isTyped ? options : [];
        return (
          <li key={at}>
            <label htmlFor={`${id}-${at}`}>
              <span class="unseen">Word </span>
              {at + 1}
            </label>
            <input
              id={`${id}-${at}`}
              role="combobox"
              aria-autocomplete="list"
              aria-expanded={shown.length > 0}
              aria-controls={`${id}-options-${at}`}
              aria-activedescendant={
                isTyped && active >= 0 ? `${id}-option-${at}-${active}` : undefined
              }
              aria-describedby={describedBy}
              aria-invalid={isMistake(word, isTyped, known) || undefined}
              value={word}
              autocomplete="off"
              autocapitalize="none"
              autocorrect="off"
              spellcheck={false}
              enterKeyHint={at === PHRASE_WORDS - 1 ? "go" : "next"}
              onFocus={() => onTyping(at)}
              onBlur={() => leave(at)}
              onInput={(event) => {
                put(at, event.currentTarget.value);
                // What is no letter is left out of the words, and so of the field.
                event.currentTarget.value =
                  withText(words, at, event.currentTarget.value)[at] ?? "";
              }}
              onKeyDown={(event) => onKeyDown(event, at)}
            />
            <ul
              id={`${id}-options-${at}`}
              class="code-options"
              role="listbox"
              aria-label="Words"
              hidden={shown.length === 0}
            >
              {shown.map((option, index) => (
                // Keys stay with the field, as the listbox pattern has it.
                // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
                <li
                  key={option}
                  id={`${id}-option-${at}-${index}`}
                  role="option"
                  aria-selected={index === active}
                  onMouseDown={(event) => event.preventDefault()}
                  onClick={() => accept(at, option)}
                >
                  {option}
                </li>
              ))}
            </ul>
          </li>
        );
      })}
    </ol>
  );
}
