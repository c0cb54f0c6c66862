// The two times of a request, folded away: what is preset serves almost everyone.

import { useEffect, useId, useState } from "preact/hooks";
import {
  PASSPHRASE_T1_SECONDS,
  PASSPHRASE_T2_SECONDS,
  PASSPHRASE_TERM_MAX_SECONDS,
  PASSPHRASE_TERM_MIN_SECONDS,
} from "../../shared/client/index.ts";

interface TermsFieldsProps {
  /** As typed. */
  readonly t1: string;
  readonly t2: string;
  readonly error: string | null;
  readonly onChange: (part: { t1: string } | { t2: string }) => void;
}

export function TermsFields({ t1, t2, error, onChange }: TermsFieldsProps) {
  const id = useId();
  // Who has changed them sees them again at the next try.
  const [isOpen, setOpen] = useState(
    t1 !== String(PASSPHRASE_T1_SECONDS) || t2 !== String(PASSPHRASE_T2_SECONDS),
  );
  useEffect(() => {
    if (error !== null) setOpen(true);
  }, [error]);
  const field = (name: string, label: string, value: string, onType: (text: string) => void) => (
    <div class="field">
      <label htmlFor={`${id}-${name}`}>{label}</label>
      <input
        id={`${id}-${name}`}
        type="text"
        inputMode="numeric"
        autocomplete="off"
        maxLength={3}
        value={value}
        aria-invalid={error === null ? undefined : true}
        aria-describedby={error === null ? `${id}-help` : `${id}-error`}
        onInput={(event) => onType(event.currentTarget.value)}
      />
    </div>
  );
  return (
    <details class="more" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>More</summary>
      <div class="terms">
        {field("t1", "Seconds to answer", t1, (text) => onChange({ t1: text }))}
        {field("t2", "Seconds in all", t2, (text) => onChange({ t2: text }))}
      </div>
      {error === null ? (
        <p class="field-help" id={`${id}-help`}>
          From {PASSPHRASE_TERM_MIN_SECONDS} to {PASSPHRASE_TERM_MAX_SECONDS}, counted from when you
          ask. Who answers later is too late.
        </p>
      ) : (
        <p class="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </details>
  );
}
