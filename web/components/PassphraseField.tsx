// The field for a passphrase: hidden until its owner wants to see what was heard. It is a text field
// whose letters are masked, since a password field takes no input method, and so no Chinese.

import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { Icon } from "./Icon.tsx";

const CAN_MASK = CSS.supports("-webkit-text-security", "disc");
const SHOWN = { type: "text" } as const;
const HIDDEN = { type: "password" } as const;

interface PassphraseFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly help: string;
  readonly error: string | null;
  /** For what helps with choosing one: it may show what it has put in. */
  readonly children?: (show: () => void) => ComponentChildren;
}

export function PassphraseField(props: PassphraseFieldProps) {
  const { label, value, onChange, help, error, children } = props;
  const id = useId();
  const [isShown, setShown] = useState(false);
  return (
    <div class="field passphrase">
      <label htmlFor={id}>{label}</label>
      <span class="field-line">
        <input
          id={id}
          class="passphrase-input"
          {...(isShown || CAN_MASK ? SHOWN : HIDDEN)}
          data-masked={!isShown}
          value={value}
          aria-describedby={error === null ? `${id}-help` : `${id}-error ${id}-help`}
          aria-invalid={error === null ? undefined : true}
          autocomplete="off"
          autocapitalize="none"
          autocorrect="off"
          spellcheck={false}
          enterKeyHint="go"
          onInput={(event) => onChange(event.currentTarget.value)}
        />
        <button type="button" class="tool" onClick={() => setShown(!isShown)}>
          <Icon name={isShown ? "hide" : "show"} />
          <span class="tool-label">
            {isShown ? "Hide" : "Show"}
            <span class="unseen"> the passphrase</span>
          </span>
        </button>
      </span>
      {error !== null && (
        <p class="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
      {children?.(() => setShown(true))}
      <p class="field-help" id={`${id}-help`}>
        {help}
      </p>
    </div>
  );
}
