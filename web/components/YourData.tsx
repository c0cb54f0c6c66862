// What this device keeps: taken away as a file, or erased with the account.

import { useState } from "preact/hooks";
import type { Me } from "../../shared/client/index.ts";
import { notify } from "../announcements.ts";
import { downloadEverything } from "../exporting.ts";
import { problemText } from "../problems.ts";
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
        cards and notes, your cards, and your conversations; files are named in them, and saved from
        there. It holds no keys, so it cannot restore the account.
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
