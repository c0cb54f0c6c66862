// Saves a card as a vCard file, which address books read.

import type { Card } from "../../shared/client/index.ts";
import { notify } from "../announcements.ts";
import { problemText } from "../problems.ts";
import { downloadVcard } from "../vcardFiles.ts";
import { Icon } from "./Icon.tsx";

export function VcardButton({ card }: { readonly card: Card }) {
  return (
    <button
      type="button"
      class="button quiet"
      onClick={() => void downloadVcard(card).catch((error: unknown) => notify(problemText(error)))}
    >
      <Icon name="save" /> Save as vCard
    </button>
  );
}
