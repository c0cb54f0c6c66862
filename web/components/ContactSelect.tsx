// Choosing one of the contacts in a form.

import { useId } from "preact/hooks";
import type { Contact } from "../../shared/client/index.ts";

interface ContactSelectProps {
  readonly contacts: readonly Contact[];
  readonly value: string;
  readonly error: string | null;
  readonly onChange: (userId: string) => void;
}

export function ContactSelect({ contacts, value, error, onChange }: ContactSelectProps) {
  const id = useId();
  if (contacts.length === 0) {
    return (
      <p class="remark" role={error === null ? undefined : "alert"}>
        You have no contacts yet. Ask by handle, or tell a number to anyone.
      </p>
    );
  }
  return (
    <div class="field">
      <label htmlFor={id}>Which contact</label>
      <select
        id={id}
        value={value}
        aria-invalid={error === null ? undefined : true}
        aria-describedby={error === null ? undefined : `${id}-error`}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        <option value="" disabled selected={value === ""}>
          Choose a contact
        </option>
        {contacts.map(({ userId, name }) => (
          <option key={userId} value={userId} selected={userId === value}>
            {name}
          </option>
        ))}
      </select>
      {error !== null && (
        <p class="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
