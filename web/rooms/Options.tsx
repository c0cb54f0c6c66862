// One of a few, each with what it means.

import "../styles/checks.css";
import { useId } from "preact/hooks";

interface OptionsProps<Value extends string> {
  readonly legend: string;
  readonly options: readonly {
    readonly value: Value;
    readonly label: string;
    readonly text?: string;
  }[];
  readonly value: Value | null;
  readonly onChange: (value: Value) => void;
}

export function Options<Value extends string>(props: OptionsProps<Value>) {
  const name = useId();
  return (
    <fieldset class="options">
      <legend>{props.legend}</legend>
      {props.options.map(({ value, label, text }) => (
        <label key={value} class="check-line">
          <input
            type="radio"
            name={name}
            value={value}
            checked={value === props.value}
            onChange={() => props.onChange(value)}
          />
          <span>
            <strong>{label}</strong>
            {text !== undefined && <span class="field-help">{text}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
