// The words of a message, as its author meant them and no further: plain text in its own direction, with links
// that lead where they say. A very long one is folded.

import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { plainText } from "../../shared/client/index.ts";
import { linkedParts } from "../safeLinks.ts";
import { isFewEmoji } from "./emoji.ts";

const LONG_CHARS = 1_500;
const LONG_LINES = 24;

interface MessageTextProps {
  readonly text: string;
  /** Stands at the end of the last line if there is room, else below. */
  readonly meta: ComponentChildren;
  /** Of what can be pressed in it. */
  readonly tabIndex: number;
}

export function MessageText({ text, meta, tabIndex }: MessageTextProps) {
  const [isUnfolded, setUnfolded] = useState(false);
  const { parts, isLong, isLarge } = useMemo(() => {
    const shown = plainText(text);
    return {
      parts: linkedParts(shown),
      isLong: shown.length > LONG_CHARS || shown.split("\n", LONG_LINES + 1).length > LONG_LINES,
      isLarge: isFewEmoji(shown),
    };
  }, [text]);
  const isFolded = isLong && !isUnfolded;
  return (
    <>
      <p class="message-text" dir="auto" data-folded={isFolded} data-large={isLarge}>
        {parts.map((part, index) =>
          part.href === null ? (
            part.text
          ) : (
            <a
              key={index}
              href={part.href}
              target="_blank"
              rel="noopener noreferrer nofollow"
              tabIndex={tabIndex}
            >
              {part.text}
            </a>
          ),
        )}
        {!isFolded && meta}
      </p>
      {isFolded && (
        <div class="message-fold">
          <button type="button" class="tool" tabIndex={tabIndex} onClick={() => setUnfolded(true)}>
            Show all of it
          </button>
          {meta}
        </div>
      )}
    </>
  );
}
