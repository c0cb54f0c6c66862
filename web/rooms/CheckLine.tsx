// Something that is so or not, with what it means.

import "../styles/checks.css";
import type { ComponentChildren } from "preact";

interface CheckLineProps {
  readonly label: ComponentChildren;
  readonly help?: string;
  readonly isOn: boolean;
  readonly isDisabled?: boolean;
  readonly onChange: (isOn: boolean) => void;
}

export function CheckLine({ label, help, isOn, isDisabled = false, onChange }: CheckLineProps) {
  return (
    <label class="check-line">
      <input
        type="checkbox"
        checked={isOn}
        disabled={isDisabled}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span>
        <strong>{label}</strong>
        {help !== undefined && <span class="field-help">{help}</span>}
      </span>
    </label>
  );
}
