// A labelled text field: its help and its error belong to it for screen readers too.

import { useId } from "preact/hooks";

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly help?: string;
  readonly error?: string | null;
  readonly kind?: InputKind | "lines";
  readonly autocomplete?: "name" | "organization" | "organization-title" | "street-address" | "off";
  readonly maxLength?: number;
  readonly prefix?: string;
  readonly onLeave?: () => void;
}

export function Field(props: FieldProps) {
  const { label, value, onChange, help, error, kind = "text", prefix } = props;
  const id = useId();
  const described = [help && `${id}-help`, error && `${id}-error`].filter(Boolean).join(" ");
  const shared = {
    id,
    value,
    "aria-describedby": described || undefined,
    "aria-invalid": error ? (true as const) : undefined,
    autocomplete: props.autocomplete ?? "off",
    maxLength: props.maxLength,
    onBlur: props.onLeave,
  };
  return (
    <div class="field">
      <label htmlFor={id}>{label}</label>
      {kind === "lines" ? (
        <textarea {...shared} rows={3} onInput={(event) => onChange(event.currentTarget.value)} />
      ) : (
        <span class="field-line">
          {prefix && (
            <span class="field-prefix" aria-hidden="true">
              {prefix}
            </span>
          )}
          <input
            {...shared}
            {...inputKind(kind)}
            onInput={(event) => onChange(event.currentTarget.value)}
          />
        </span>
      )}
      {help && (
        <p class="field-help" id={`${id}-help`}>
          {help}
        </p>
      )}
      {error && (
        <p class="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

type InputKind = "text" | "tel" | "email" | "url" | "digits";

type InputMode = "tel" | "email" | "url" | "numeric";

/** What keyboard a phone offers. Links are plain text, since people leave their scheme out. */
export function inputKind(kind: InputKind): { type: "text"; inputMode?: InputMode } {
  if (kind === "text") return { type: "text" };
  return { type: "text", inputMode: kind === "digits" ? "numeric" : kind };
}

/** Moves to the first field of a form that is marked as wrong, once the marks are drawn. */
export function focusFault(form: HTMLFormElement | null): void {
  requestAnimationFrame(() => {
    form?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  });
}
