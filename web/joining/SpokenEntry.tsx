// The number that the other device shows, and the passphrase that was typed there.

import { useRef, useState } from "preact/hooks";
import { isLocator, PassphraseError } from "../../shared/client/index.ts";
import { Field, focusFault } from "../components/Field.tsx";
import { PassphraseField } from "../components/PassphraseField.tsx";
import type { JoinEntryProps } from "./CodeEntry.tsx";
import { useJoin } from "./useJoin.ts";

export function SpokenEntry({ name, nameField }: JoinEntryProps) {
  const form = useRef<HTMLFormElement>(null);
  const [number, setNumber] = useState("");
  const [passphrase, setPassphrase] = useState("");
  const [numberFault, setNumberFault] = useState<string | null>(null);
  const [isMissing, setMissing] = useState(false);
  const { isBusy, problem, join } = useJoin((error) =>
    error instanceof PassphraseError ? error.problem.message : null,
  );
  const submit = () => {
    const locator = number.replaceAll(/[\s.,-]/g, "");
    const isNumber = isLocator(locator);
    const isEmpty = passphrase.trim() === "";
    setNumberFault(isNumber ? null : "The number has three to nine digits. Look at it once more.");
    setMissing(isEmpty);
    if (isNumber && !isEmpty) void join({ locator, passphrase }, name);
    else focusFault(form.current);
  };
  return (
    <form
      ref={form}
      class="stack"
      autocomplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isBusy) submit();
      }}
    >
      <p class="lead">
        On your other device open You, then “Link a device”, and choose “Use a passphrase”. It shows
        a number.
      </p>
      <Field
        label="The number"
        kind="digits"
        value={number}
        error={numberFault}
        onChange={(text) => {
          setNumberFault(null);
          setNumber(text);
        }}
      />
      <PassphraseField
        label="The passphrase"
        help="The one that you typed on your other device. The server never sees it."
        value={passphrase}
        error={isMissing ? "Type the passphrase, too." : problem}
        onChange={(text) => {
          setMissing(false);
          setPassphrase(text);
        }}
      />
      {nameField}
      <div class="actions">
        <button type="submit" class="button primary" aria-busy={isBusy} disabled={isBusy}>
          {isBusy ? "Sending…" : "Link this browser"}
        </button>
      </div>
    </form>
  );
}
