// One line in place of questions while one types where there is no room for them.

import type { ComponentChildren } from "preact";
import { endTyping } from "../windowRoom.ts";

interface FoldedLineProps {
  /** What the button shows, for those who hear it alone. */
  readonly what: string;
  readonly children: ComponentChildren;
}

export function FoldedLine({ what, children }: FoldedLineProps) {
  return (
    <p class="banner folded" data-kind="meeting">
      <span class="folded-text">{children}</span>
      <span class="banner-actions">
        <button type="button" class="banner-action" onClick={endTyping}>
          Show<span class="unseen"> {what}</span>
        </button>
      </span>
    </p>
  );
}
