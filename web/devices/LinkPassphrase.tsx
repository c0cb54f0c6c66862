// A passphrase instead of a code, for when the new device is out of sight or has no camera.

import { useRef, useState } from "preact/hooks";
import { PassphraseError } from "../../shared/client/index.ts";
import { focusFault } from "../components/Field.tsx";
import { Heading } from "../components/Heading.tsx";
import { PassphraseField } from "../components/PassphraseField.tsx";
import { PassphraseHelp } from "../components/PassphraseHelp.tsx";
import { paths } from "../router.ts";
import { linking } from "./linking.ts";

interface LinkPassphraseProps {
  readonly isBusy: boolean;
  readonly onCode: () => void;
}

export function LinkPassphrase({ isBusy, onCode }: LinkPassphraseProps) {
  const form = useRef<HTMLFormElement>(null);
  const [passphrase, setPassphrase] = useState("");
  const [fault, setFault] = useState<string | null>(null);
  const submit = async () => {
    try {
      await linking.begin({ passphrase });
    } catch (error) {
      if (!(error instanceof PassphraseError)) throw error;
      setFault(error.problem.message);
      focusFault(form.current);
    }
  };
  return (
    <div class="page">
      <Heading>Link by a passphrase</Heading>
      <p class="lead">
        You type it here and on the new device, together with a number that is shown next.
      </p>
      <form
        ref={form}
        class="stack"
        autocomplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isBusy) void submit();
        }}
      >
        <PassphraseField
          label="The passphrase"
          help="It stays on your two devices: the server never sees it."
          value={passphrase}
          error={fault}
          onChange={(text) => {
            setFault(null);
            setPassphrase(text);
          }}
        >
          {(show) => (
            <PassphraseHelp
              value={passphrase}
              onSuggest={(suggested) => {
                setFault(null);
                setPassphrase(suggested);
                show();
              }}
            />
          )}
        </PassphraseField>
        <div class="actions">
          <button type="submit" class="button primary" aria-busy={isBusy} disabled={isBusy}>
            {isBusy ? "One moment…" : "Show the number"}
          </button>
          <button type="button" class="button quiet" onClick={onCode}>
            Show a code instead
          </button>
          <a class="button quiet" href={paths.you}>
            Cancel
          </a>
        </div>
      </form>
    </div>
  );
}
