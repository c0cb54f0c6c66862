// Answering someone who asks whoever enters a number: the number and the passphrase, waiting for the
// other device, and how it ended.

import { useEffect, useRef, useState } from "preact/hooks";
import { PassphraseError } from "../../shared/client/index.ts";
import { CardPicker } from "../components/CardPicker.tsx";
import { Entered } from "../components/Entered.tsx";
import { Field, focusFault } from "../components/Field.tsx";
import { Heading } from "../components/Heading.tsx";
import { PassphraseField } from "../components/PassphraseField.tsx";
import { paths } from "../router.ts";
import { session } from "../session.ts";
import { useStore } from "../store.ts";

const LOCATOR = /^[1-9]\d{2,8}$/;

export function EnterPassphraseView() {
  const { meetings } = session;
  const progress = useStore(meetings.store, (state) => state.progress);
  const [number, setNumber] = useState("");
  const [passphrase, setPassphrase] = useState("");
  useEffect(() => () => meetings.dismiss(), []);
  const mine = progress?.way === "enterPassphrase" ? progress : null;

  if (mine === null || mine.stage === "starting") {
    return (
      <EntryForm
        number={number}
        onNumber={setNumber}
        passphrase={passphrase}
        onPassphrase={setPassphrase}
        isBusy={mine !== null}
      />
    );
  }
  const forget = () => {
    setNumber("");
    setPassphrase("");
  };
  return (
    <Entered
      progress={mine}
      again="Enter another number"
      onSpent={forget}
      other={{ label: "Ask them instead", href: paths.ask }}
    />
  );
}

interface EntryFormProps {
  readonly number: string;
  readonly onNumber: (number: string) => void;
  readonly passphrase: string;
  readonly onPassphrase: (passphrase: string) => void;
  readonly isBusy: boolean;
}

function EntryForm({ number, onNumber, passphrase, onPassphrase, isBusy }: EntryFormProps) {
  const form = useRef<HTMLFormElement>(null);
  const [numberFault, setNumberFault] = useState<string | null>(null);
  const [passphraseFault, setPassphraseFault] = useState<string | null>(null);
  const submit = async () => {
    const locator = number.replaceAll(/[\s.,-]/g, "");
    const isNumber = LOCATOR.test(locator);
    const isEmpty = passphrase.trim() === "";
    setNumberFault(isNumber ? null : "The number has three to nine digits. Ask them to repeat it.");
    setPassphraseFault(isEmpty ? "Type the passphrase that you agreed on." : null);
    if (!isNumber || isEmpty) return focusFault(form.current);
    try {
      await session.meetings.enterPassphrase(locator, passphrase);
    } catch (error) {
      if (!(error instanceof PassphraseError)) throw error;
      setPassphraseFault(error.problem.message);
      focusFault(form.current);
    }
  };
  return (
    <div class="page">
      <Heading>Enter a number and a passphrase</Heading>
      <p class="lead">Someone asks, and has told you both.</p>
      <form
        ref={form}
        class="stack"
        autocomplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isBusy) void submit();
        }}
      >
        <Field
          label="The number"
          kind="digits"
          value={number}
          error={numberFault}
          onChange={(text) => {
            setNumberFault(null);
            onNumber(text);
          }}
        />
        <PassphraseField
          label="The passphrase"
          help="It stays on your two devices: the server never sees it."
          value={passphrase}
          error={passphraseFault}
          onChange={(text) => {
            setPassphraseFault(null);
            onPassphrase(text);
          }}
        />
        <CardPicker />
        <div class="actions">
          <button type="submit" class="button primary" aria-busy={isBusy} disabled={isBusy}>
            {isBusy ? "Sending…" : "Answer"}
          </button>
          <a
            class="button quiet"
            href={paths.meet}
            onClick={() => {
              if (isBusy) void session.meetings.cancel();
            }}
          >
            Cancel
          </a>
        </div>
      </form>
    </div>
  );
}
