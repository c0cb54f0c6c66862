// Erasing the account: what goes and what stays, and nothing happens before its owner has typed whose it is.

import { useState } from "preact/hooks";
import type { Me } from "../../shared/client/index.ts";
import { eraseAccount } from "../erasure.ts";
import { Field } from "./Field.tsx";
import { Heading } from "./Heading.tsx";
import { Sheet } from "./Sheet.tsx";

const ID_MIN_CHARS = 4;

interface EraseSheetProps {
  readonly me: Me;
  readonly onClose: () => void;
}

export function EraseSheet({ me, onClose }: EraseSheetProps) {
  const [typed, setTyped] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const id = me.userId.slice(0, ID_MIN_CHARS);
  const names = me.handle === null ? id : `@${me.handle} or ${id}`;
  const leave = () => {
    if (!isBusy) onClose();
  };
  const erase = () => {
    if (!isMeant(typed, me)) {
      setError(`Nothing was erased. To erase this account, type ${names}.`);
      return;
    }
    setError(null);
    setBusy(true);
    void eraseAccount();
  };
  return (
    <Sheet label="Erase this account" onEscape={leave}>
      <Heading level={2}>Erase this account</Heading>
      <div class="stack erase-what">
        <div>
          <p class="label">What goes, for good</p>
          <ul class="points">
            <li>
              At the server: the account, its handle, its contacts, messages that wait for it.
            </li>
            <li>On this device: its keys, contacts, cards and conversations.</li>
          </ul>
        </div>
        <div>
          <p class="label">What stays</p>
          <ul class="points">
            <li>Your contacts keep you as a contact, and the messages that they have of you.</li>
            <li>
              Other devices of yours keep what they have. Erase there, too: one that is away now
              would begin with the account anew, empty.
            </li>
          </ul>
        </div>
        <p class="lead">
          Nothing brings it back, not even the recovery phrase. If you want a copy, download
          everything first.
        </p>
      </div>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isBusy) erase();
        }}
      >
        <Field
          label={`To erase it, type ${names}`}
          value={typed}
          error={error}
          onChange={setTyped}
        />
        <div class="actions">
          <button type="submit" class="button quiet danger" disabled={isBusy}>
            {isBusy ? "Erasing…" : "Erase for good"}
          </button>
          <button type="button" class="button quiet" disabled={isBusy} onClick={leave}>
            Keep it
          </button>
        </div>
      </form>
    </Sheet>
  );
}

function isMeant(typed: string, { userId, handle }: Me): boolean {
  const name = typed.trim().toLowerCase().replace(/^@/, "");
  return name === handle || (name.length >= ID_MIN_CHARS && userId.startsWith(name));
}
