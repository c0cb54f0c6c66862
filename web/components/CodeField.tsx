// The field that a key is typed into: a combobox (WAI-ARIA listbox pattern) that completes the
// words and tells mistakes at once. Arrows move, Tab or Enter accept, Escape closes.

import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { CodeReader } from "../../shared/client/index.ts";
import { complete, correct, hintFor, mistakenWord, optionsFor } from "../keyTyping.ts";
import { Icon } from "./Icon.tsx";

interface CodeFieldProps {
  readonly label: string;
  /** Null until the words are here. */
  readonly codes: CodeReader | null;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** What to say about the text although it may still be in the making. */
  readonly insists: boolean;
}

export function CodeField({ label, codes, value, onChange, insists }: CodeFieldProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const hint = hintFor(value, codes);
  const mistaken = codes === null ? "" : (mistakenWord(value, codes) ?? "");
  // Nothing covers the button once there is a key to send.
  const options = isOpen && hint.kind !== "complete" ? optionsFor(value, codes) : [];

  useEffect(() => input.current?.focus(), []);

  const change = (text: string, opens: boolean) => {
    onChange(text);
    setOpen(opens);
    setActive(-1);
  };
  const accept = (word: string) => {
    change(complete(value, word), false);
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (options.length === 0 || event.isComposing) return;
    const chosen = options[active];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : -1;
      const next = active === -1 && step === -1 ? options.length - 1 : active + step;
      setActive((next + options.length) % options.length);
    } else if (event.key === "Enter" && !event.ctrlKey) {
      accept(chosen ?? options[0] ?? "");
    } else if (event.key === "Tab" && !event.shiftKey) {
      accept(chosen ?? options[0] ?? "");
    } else if (event.key === "Escape") {
      setOpen(false);
    } else {
      return;
    }
    event.preventDefault();
  };

  return (
    <div class="code-field">
      <label htmlFor={id}>{label}</label>
      <div class="code-box">
        <input
          ref={input}
          id={id}
          class="code-input"
          role="combobox"
          aria-autocomplete="list"
          aria-expanded={options.length > 0}
          aria-controls={`${id}-options`}
          aria-activedescendant={active >= 0 ? `${id}-option-${active}` : undefined}
          aria-describedby={`${id}-hint`}
          aria-invalid={hint.kind === "mistake" || undefined}
          value={value}
          placeholder="417-guitar-ocean"
          autocomplete="off"
          autocapitalize="none"
          autocorrect="off"
          spellcheck={false}
          enterKeyHint="go"
          onInput={(event) => change(event.currentTarget.value, true)}
          onKeyDown={onKeyDown}
          onBlur={() => setOpen(false)}
        />
        <ul
          id={`${id}-options`}
          class="code-options"
          role="listbox"
          aria-label="Words"
          hidden={options.length === 0}
        >
          {options.map((word, index) => (
            // Keys stay with the field, as the listbox pattern has it.
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
            <li
              key={word}
              id={`${id}-option-${index}`}
              role="option"
              aria-selected={index === active}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => accept(word)}
            >
              {word}
            </li>
          ))}
        </ul>
      </div>
      <div id={`${id}-hint`} class="code-hint" data-kind={hint.kind} aria-live="polite">
        {hint.kind === "complete" && (
          <p>
            <Icon name="check" /> Reads as <strong>{hint.readAs}</strong>
          </p>
        )}
        {(hint.kind === "guide" || hint.kind === "none") && (
          <p data-insists={insists}>
            {hint.kind === "guide"
              ? hint.text
              : "A number and two words. Spaces or dashes, both are fine."}
          </p>
        )}
        {hint.kind === "mistake" && hint.suggestion === null && <p>{hint.text}</p>}
        {hint.kind === "mistake" && hint.suggestion !== null && (
          <p>
            “{mistaken}” is not a word of keys.{" "}
            <button
              type="button"
              class="suggestion"
              onClick={() => {
                change(correct(value, mistaken, hint.suggestion ?? ""), false);
                input.current?.focus();
              }}
            >
              Did you mean <strong>{hint.suggestion}</strong>?
            </button>
          </p>
        )}
      </div>
    </div>
  );
}
