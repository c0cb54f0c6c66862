// Oneself: the cards, the name and handle, who may find one, the recovery phrase, the theme.

import { useState } from "preact/hooks";
import { isHandle, type Me, NAME_MAX_CHARS, type Audience } from "../../shared/client/index.ts";
import { notify } from "../announcements.ts";
import { BlockedList } from "../components/BlockedList.tsx";
import { CardList } from "../components/CardList.tsx";
import { Choice } from "../components/Choice.tsx";
import { Field } from "../components/Field.tsx";
import { Heading } from "../components/Heading.tsx";
import { Icon } from "../components/Icon.tsx";
import { YourData } from "../components/YourData.tsx";
import { setTheme, theme, type Theme } from "../preferences.ts";
import { problemText } from "../problems.ts";
import { paths } from "../router.ts";
import { session, useSession } from "../session.ts";
import { copy } from "../sharing.ts";

const HANDLE_MAX_CHARS = 30;

const AUDIENCES: readonly { readonly value: Audience; readonly label: string }[] = [
  { value: "anyone", label: "Anyone" },
  { value: "contactsOfContacts", label: "Contacts of contacts" },
  { value: "nobody", label: "Nobody" },
];

const THEMES: readonly { readonly value: Theme; readonly label: string }[] = [
  { value: "system", label: "As the device" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

export function YouView() {
  const me = useSession((state) => state.me);
  const phrase = useSession((state) => state.phrase);
  const [chosenTheme, setChosenTheme] = useState(theme);
  if (me === null) return null;
  return (
    <div class="page">
      <Heading>You</Heading>
      <section aria-labelledby="cards-title">
        <h2 id="cards-title">Your cards</h2>
        <CardList />
      </section>
      <section aria-labelledby="profile-title">
        <h2 id="profile-title">Profile</h2>
        <ProfileForm me={me} />
        <Choice
          legend="Who may find you by your handle"
          options={AUDIENCES}
          value={me.visibility}
          onChange={(visibility) => {
            session
              .updateProfile({ visibility })
              .catch((error: unknown) => notify(problemText(error)));
          }}
        />
        <Choice
          legend="Which strangers may ask to meet you"
          options={AUDIENCES}
          value={me.requestsFrom}
          onChange={(requestsFrom) => {
            session
              .updateProfile({ requestsFrom })
              .catch((error: unknown) => notify(problemText(error)));
          }}
        />
        <p class="field-help">Your contacts always may. Nobody meets you without the passphrase.</p>
        <div class="field">
          <span class="label">Your id</span>
          <p class="user-id">
            <code>{me.userId}</code>
            <button type="button" class="tool" onClick={() => void copy(me.userId, "Your id")}>
              <Icon name="copy" /> Copy
            </button>
          </p>
        </div>
      </section>
      <section aria-labelledby="blocked-title">
        <h2 id="blocked-title">Blocked</h2>
        <BlockedList />
      </section>
      <section aria-labelledby="safety-title">
        <h2 id="safety-title">Recovery phrase</h2>
        {phrase === null ? (
          <p class="remark">You have written it down; it is no longer on this device.</p>
        ) : (
          <p class="remark">
            Not written down yet. It is the only way back if you lose this device.{" "}
            <a href={paths.phrase}>Show the twelve words</a>
          </p>
        )}
      </section>
      <section aria-labelledby="look-title">
        <h2 id="look-title">Look</h2>
        <Choice
          legend="Theme"
          options={THEMES}
          value={chosenTheme}
          onChange={(value) => {
            setTheme(value);
            setChosenTheme(value);
          }}
        />
      </section>
      <section aria-labelledby="data-title">
        <h2 id="data-title">Your data</h2>
        <YourData me={me} />
      </section>
    </div>
  );
}

function ProfileForm({ me }: { readonly me: Me }) {
  const [name, setName] = useState(me.name);
  const [handle, setHandle] = useState<string>(me.handle ?? "");
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const wanted = handle.trim().replace(/^@/, "").toLowerCase();
  const isChanged = name.trim() !== me.name || wanted !== (me.handle ?? "");
  const save = async () => {
    setError(null);
    if (wanted !== "" && !isHandle(wanted)) {
      setError("A handle has 3 to 30 letters a–z, digits or single _, and begins with a letter.");
      return;
    }
    setBusy(true);
    try {
      await session.updateProfile({
        ...(name.trim() !== me.name && { name: name.trim() }),
        ...(wanted !== (me.handle ?? "") && { handle: wanted === "" ? null : wanted }),
      });
      setHandle(wanted);
      notify("Your profile is saved.");
    } catch (refusal) {
      setError(problemText(refusal));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Field
        label="Name"
        help="Only the people you meet see it."
        value={name}
        onChange={setName}
        autocomplete="name"
        maxLength={NAME_MAX_CHARS}
      />
      <Field
        label="Handle"
        help="A public name by which others can find you. You can do without."
        prefix="@"
        value={handle}
        error={error}
        onChange={setHandle}
        maxLength={HANDLE_MAX_CHARS + 1}
      />
      <div class="actions">
        <button type="submit" class="button primary" disabled={!isChanged || isBusy}>
          Save
        </button>
      </div>
    </form>
  );
}
