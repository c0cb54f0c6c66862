// The code that the other device shows: typed, scanned, or come by a link. Only a person sends it, since it takes
// one try.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { CodeError, type CodeReader, loadCodes } from "../../shared/client/index.ts";
import { CodeField } from "../components/CodeField.tsx";
import { Icon } from "../components/Icon.tsx";
import { Scanner } from "../scanning/Scanner.tsx";
import { useJoin } from "./useJoin.ts";

export interface JoinEntryProps {
  /** Of this device. */
  readonly name: string;
  readonly nameField: ComponentChildren;
}

interface CodeEntryProps extends JoinEntryProps {
  readonly code: string;
  readonly onCode: (code: string) => void;
}

const OF_KEY = /#\/key\//i;

export function CodeEntry({ name, nameField, code, onCode }: CodeEntryProps) {
  const [isScanning, setScanning] = useState(false);
  const [insists, setInsists] = useState(false);
  const [codes, setCodes] = useState<CodeReader | null>(null);
  const { isBusy, problem, join } = useJoin((error) =>
    error instanceof CodeError ? error.problem.message : null,
  );
  useEffect(() => void loadCodes().then(setCodes, () => {}), []);
  useEffect(() => void codes?.prepare(code).then(setCodes, () => {}), [codes, code]);
  // Without the words no text can be judged here; sending it tries for them again, and says so.
  const canBeCode = (typed: string) =>
    !OF_KEY.test(typed) &&
    (codes === null || codes.missingFor(typed) !== null
      ? typed.trim() !== ""
      : codes.parse(typed).ok);
  const isReady = canBeCode(code);
  if (isScanning) {
    const onScanned = (seen: string) => {
      if (codes === null || !canBeCode(seen)) return false;
      onCode(seen);
      setScanning(false);
      return true;
    };
    return (
      <Scanner
        onText={onScanned}
        onClose={() => setScanning(false)}
        closeLabel="Type it instead"
        refusal="This QR code is not one for linking a device."
      />
    );
  }
  return (
    <form
      class="stack"
      autocomplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        setInsists(!isReady);
        if (isReady && !isBusy) void join(code, name);
      }}
    >
      <p class="lead">
        On your other device open You, then “Link a device”. It shows a code: type it here, scan it,
        or open its link in this browser.
      </p>
      <CodeField
        label="The code on your other device"
        codes={codes}
        value={code}
        onChange={onCode}
        insists={insists}
      />
      {OF_KEY.test(code) && (
        <p class="field-error" role="alert">
          This is a key for meeting someone. Your other device shows a code of another kind, under
          You.
        </p>
      )}
      {problem !== null && (
        <p class="field-error" role="alert">
          {problem}
        </p>
      )}
      {nameField}
      <div class="actions">
        <button type="submit" class="button primary" disabled={!isReady || isBusy}>
          Link this browser
        </button>
        {codes !== null && (
          <button type="button" class="button quiet" onClick={() => setScanning(true)}>
            <Icon name="scan" /> Scan the code
          </button>
        )}
      </div>
    </form>
  );
}
