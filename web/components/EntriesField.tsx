// Several values of one kind, such as phone numbers: a line each, and one more on demand.

import { useId } from "preact/hooks";
import type { Entry } from "../cardDraft.ts";
import { inputKind } from "./Field.tsx";
import { Icon } from "./Icon.tsx";

interface EntriesFieldProps {
  readonly label: string;
  readonly kind: "tel" | "email" | "url";
  readonly entries: readonly Entry[];
  readonly onChange: (entries: readonly Entry[]) => void;
}

export function EntriesField({ label, kind, entries, onChange }: EntriesFieldProps) {
  const id = useId();
  const lines = entries.length > 0 ? entries : [{ id: "1", value: "" }];
  const change = (changed: string, value: string) =>
    onChange(lines.map((entry) => (entry.id === changed ? { ...entry, value } : entry)));
  return (
    <fieldset class="entries">
      <legend>{label}</legend>
      {lines.map((entry, index) => (
        <div class="entry" key={entry.id}>
          <label class="unseen" htmlFor={`${id}-${entry.id}`}>
            {lines.length > 1 ? `${label} ${index + 1}` : label}
          </label>
          <input
            id={`${id}-${entry.id}`}
            {...inputKind(kind)}
            autocomplete={kind === "tel" ? "tel" : kind === "email" ? "email" : "url"}
            value={entry.value}
            onInput={(event) => change(entry.id, event.currentTarget.value)}
          />
          {lines.length > 1 && (
            <button
              type="button"
              class="tool"
              aria-label={`Remove ${label} ${index + 1}`}
              onClick={() => onChange(lines.filter(({ id: other }) => other !== entry.id))}
            >
              <Icon name="close" />
            </button>
          )}
        </div>
      ))}
      <button
        type="button"
        class="tool"
        onClick={() => onChange([...lines, { id: freeId(lines), value: "" }])}
      >
        <Icon name="plus" /> Add another
        <span class="unseen"> {label}</span>
      </button>
    </fieldset>
  );
}

function freeId(entries: readonly Entry[]): string {
  let n = entries.length + 1;
  while (entries.some((entry) => entry.id === String(n))) n++;
  return String(n);
}
