// Making and editing one of the person's own cards.

import { useState } from "preact/hooks";
import { type Card, CARD_MAX_BYTES } from "../../shared/client/index.ts";
import { notify } from "../announcements.ts";
import { bytesOf, type CardDraft, draftOf, newCard, withDraft } from "../cardDraft.ts";
import { removeCard, saveCard } from "../changes.ts";
import { EntriesField } from "../components/EntriesField.tsx";
import { Field } from "../components/Field.tsx";
import { Heading } from "../components/Heading.tsx";
import { Icon } from "../components/Icon.tsx";
import { PhotoField } from "../components/PhotoField.tsx";
import { VcardButton } from "../components/VcardButton.tsx";
import { problemText } from "../problems.ts";
import { go, goInstead, paths } from "../router.ts";
import { session, useSession } from "../session.ts";

const NEARLY_FULL_BYTES = CARD_MAX_BYTES * 0.75;
/** Left free beside the photo for the rest of the card. */
const PHOTO_SLACK_BYTES = 8 * 1024;

const LINES = [
  { key: "name", label: "Name", autocomplete: "name" },
  { key: "title", label: "Title", autocomplete: "organization-title" },
  { key: "organization", label: "Organisation", autocomplete: "organization" },
] as const;
const ENTRIES = [
  { key: "phones", label: "Phone", kind: "tel" },
  { key: "emails", label: "E-mail", kind: "email" },
  { key: "links", label: "Link", kind: "url" },
] as const;

export function CardView({ uid }: { readonly uid: string | null }) {
  const cards = useSession((state) => state.cards);
  const kept = cards.find((card) => card.uid === uid);
  if (uid !== null && kept === undefined) {
    return (
      <div class="page">
        <Heading>This card is no longer here</Heading>
        <a class="button quiet" href={paths.you}>
          Your cards
        </a>
      </div>
    );
  }
  return <CardEditor kept={kept ?? null} />;
}

function CardEditor({ kept }: { readonly kept: Card | null }) {
  const [start] = useState(() => kept ?? newCard(session.store.state.me?.name ?? ""));
  const [draft, setDraft] = useState(() => draftOf(start));
  const [error, setError] = useState<string | null>(null);
  const set = (part: Partial<CardDraft>) => setDraft((before) => ({ ...before, ...part }));
  const bytes = bytesOf(withDraft(start, draft));
  const save = async () => {
    await saveCard(withDraft(start, draft));
    notify("The card is saved.");
    go(paths.you);
  };
  return (
    <div class="page">
      <a class="back" href={paths.you}>
        <Icon name="back" /> Your cards
      </a>
      <Heading>{kept === null ? "Make a card" : "Edit the card"}</Heading>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          setError(null);
          save().catch((refusal: unknown) => setError(problemText(refusal)));
        }}
      >
        <PhotoField
          name={draft.name}
          photo={draft.photo}
          maxBytes={CARD_MAX_BYTES - PHOTO_SLACK_BYTES - (bytes - draft.photo.length)}
          onChange={(photo) => set({ photo })}
        />
        {LINES.map(({ key, label, autocomplete }) => (
          <Field
            key={key}
            label={label}
            value={draft[key]}
            autocomplete={autocomplete}
            onChange={(line) => set({ [key]: line })}
          />
        ))}
        {ENTRIES.map(({ key, label, kind }) => (
          <EntriesField
            key={key}
            label={label}
            kind={kind}
            entries={draft[key]}
            onChange={(entries) => set({ [key]: entries })}
          />
        ))}
        <Field
          label="Address"
          kind="lines"
          autocomplete="street-address"
          value={draft.address}
          onChange={(address) => set({ address })}
        />
        <Field
          label="Note"
          kind="lines"
          value={draft.note}
          help="Goes along with the card."
          onChange={(note) => set({ note })}
        />
        {bytes > NEARLY_FULL_BYTES && (
          <p
            class="remark"
            data-kind={bytes > CARD_MAX_BYTES ? "warning" : undefined}
            role="status"
          >
            This card has {Math.ceil(bytes / 1024)} of {CARD_MAX_BYTES / 1024} KB.
            {bytes > CARD_MAX_BYTES && " Choose a smaller photo or shorten the note."}
          </p>
        )}
        {error !== null && (
          <p class="field-error" role="alert">
            {error}
          </p>
        )}
        <div class="actions">
          <button type="submit" class="button primary">
            Save the card
          </button>
          {kept !== null && <VcardButton card={withDraft(start, draft)} />}
          {kept !== null && (
            <button
              type="button"
              class="button quiet danger"
              onClick={() => {
                goInstead(paths.you);
                removeCard(kept).catch((refusal: unknown) => notify(problemText(refusal)));
              }}
            >
              <Icon name="trash" /> Delete
            </button>
          )}
        </div>
      </form>
    </div>
  );
}
