// What this device keeps: taken away as a file, or erased with the account.

import { useState } from "preact/hooks";
import type { Me } from "../../shared/client/index.ts";
import { notify } from "../announcements.ts";
import { saveFile } from "../fileSaving.ts";
import { problemText } from "../problems.ts";
import { session } from "../session.ts";
import { EraseSheet } from "./EraseSheet.tsx";
import { Icon } from "./Icon.tsx";

export function YourData({ me }: { readonly me: Me }) {
  const [isBusy, setBusy] = useState(false);
  const [isErasing, setErasing] = useState(false);
  const download = async () => {
    setBusy(true);
    try {
      await downloadEverything();
    } catch (error) {
      notify(problemText(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <p class="remark">
        One file with all that this device keeps and you can read: your profile, contacts with their
        cards and notes, your cards, and your conversations. It holds no keys, so it cannot restore
        the account.
      </p>
      <div class="actions">
        <button
          type="button"
          class="button quiet"
          disabled={isBusy}
          onClick={() => void download()}
        >
          <Icon name="save" /> Download everything
        </button>
        <button type="button" class="button quiet danger" onClick={() => setErasing(true)}>
          <Icon name="trash" /> Erase this account
        </button>
      </div>
      {isErasing && <EraseSheet me={me} onClose={() => setErasing(false)} />}
    </>
  );
}

async function downloadEverything(): Promise<void> {
  const account = await session.acquaint.export();
  const text = `${JSON.stringify(account, null, 2)}\n`;
  saveFile(
    `acquaint-${dateOf(account.exportedAt)}.json`,
    new Blob([text], { type: "application/json" }),
  );
}

/** As 2026-11-21, by this device's clock. */
function dateOf(time: number): string {
  const date = new Date(time);
  const parts = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  return parts.map((part) => String(part).padStart(2, "0")).join("-");
}
