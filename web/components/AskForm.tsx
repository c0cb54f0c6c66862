// Asking someone to meet by a passphrase: whom, the words, and, for those who want it, the times.

import { useRef, useState } from "preact/hooks";
import { PassphraseError } from "../../shared/client/index.ts";
import {
  askOf,
  type AskDraft,
  type AskFaults,
  faultsOf,
  peerOf,
  type Target,
} from "../askDraft.ts";
import { useHiddenContacts } from "../changes.ts";
import { paths } from "../router.ts";
import { session, useSession } from "../session.ts";
import { CardPicker } from "./CardPicker.tsx";
import { Choice } from "./Choice.tsx";
import { ContactSelect } from "./ContactSelect.tsx";
import { Field, focusFault } from "./Field.tsx";
import { Heading } from "./Heading.tsx";
import { PassphraseField } from "./PassphraseField.tsx";
import { PassphraseHelp } from "./PassphraseHelp.tsx";
import { TermsFields } from "./TermsFields.tsx";

const TARGETS: readonly { readonly value: Target; readonly label: string }[] = [
  { value: "contact", label: "Contact" },
  { value: "handle", label: "Handle" },
  { value: "anyone", label: "Anyone" },
];

interface AskFormProps {
  readonly draft: AskDraft;
  readonly onChange: (draft: AskDraft) => void;
  readonly isBusy: boolean;
}

export function AskForm({ draft, onChange, isBusy }: AskFormProps) {
  const [faults, setFaults] = useState<AskFaults>({});
  const form = useRef<HTMLFormElement>(null);
  const hidden = useHiddenContacts();
  const contacts = useSession((state) => state.contacts).filter(
    ({ blocked, userId }) => !blocked && !hidden.includes(userId),
  );
  const set = (part: Partial<AskDraft>) => {
    setFaults({});
    onChange({ ...draft, ...part });
  };
  const peer = peerOf(draft, (userId) => session.nameOf(userId));
  const tell = (found: AskFaults) => {
    setFaults(found);
    focusFault(form.current);
  };
  const submit = async () => {
    const found = faultsOf(draft);
    if (Object.keys(found).length > 0) return tell(found);
    try {
      await session.meetings.ask(peer, askOf(draft));
    } catch (error) {
      if (!(error instanceof PassphraseError)) throw error;
      tell({ passphrase: error.problem.message });
    }
  };
  const isNamed = draft.target !== "anyone" && peer !== null && peer.name.length > 1;
  return (
    <div class="page">
      <Heading>Say a passphrase</Heading>
      <p class="lead">
        Agree on a few words by voice. Both of you type them, each on their own device.
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
        <Choice
          legend="Whom do you ask?"
          options={TARGETS}
          value={draft.target}
          onChange={(target) => set({ target })}
        />
        {draft.target === "contact" && (
          <ContactSelect
            contacts={contacts}
            value={draft.userId}
            error={faults.target ?? null}
            onChange={(userId) => set({ userId })}
          />
        )}
        {draft.target === "handle" && (
          <Field
            label="Their handle"
            prefix="@"
            help="Or their id, as they see it under You."
            value={draft.handle}
            error={faults.target ?? null}
            onChange={(handle) => set({ handle })}
          />
        )}
        {draft.target === "anyone" && (
          <p class="remark">
            You get a short number to say along. Whoever enters it with your passphrase meets you.
          </p>
        )}
        <PassphraseField
          label="The passphrase"
          help="It stays on your two devices: the server never sees it."
          value={draft.passphrase}
          error={faults.passphrase ?? null}
          onChange={(passphrase) => set({ passphrase })}
        >
          {(show) => (
            <PassphraseHelp
              value={draft.passphrase}
              onSuggest={(passphrase) => {
                set({ passphrase });
                show();
              }}
            />
          )}
        </PassphraseField>
        <TermsFields
          t1={draft.t1}
          t2={draft.t2}
          error={faults.terms ?? null}
          onChange={(part) => set(part)}
        />
        <CardPicker />
        <div class="actions">
          <button type="submit" class="button primary" aria-busy={isBusy} disabled={isBusy}>
            {isBusy ? "Asking…" : isNamed ? `Ask ${peer.name}` : "Ask"}
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
