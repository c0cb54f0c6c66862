// A key in large type, one part a line, to be read aloud across a table.

import type { ShownKey } from "../../shared/client/index.ts";

interface KeyWordsProps {
  readonly shown: ShownKey;
  readonly asDigits: boolean;
}

export function KeyWords({ shown, asDigits }: KeyWordsProps) {
  const [number = "", ...secret] = (asDigits ? shown.digits : shown.code).split("-");
  const parts = asDigits ? (secret[0]?.match(/^\d{3}|\d{4}$/g) ?? secret) : secret;
  return (
    <p class="key-words" data-spelling={asDigits ? "digits" : "words"} translate={false}>
      <span class="key-number">{number} </span>
      {parts.map((part, index) => (
        <span class="key-word" key={index}>
          {part}{" "}
        </span>
      ))}
    </p>
  );
}
