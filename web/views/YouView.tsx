// Oneself: the cards, the name and handle, who may find one, the recovery phrase, the theme.

import { useEffect, useState } from "preact/hooks";
import { isHandle, type Me, NAME_MAX_CHARS, type Audience } from "../../shared/client/index.ts";
import { notify } from "../announcements.ts";
import { BlockedList } from "../components/BlockedList.tsx";
import { CardList } from "../components/CardList.tsx";
import { Choice } from "../components/Choice.tsx";
import { Field } from "../components/Field.tsx";
import { Heading } from "../components/Heading.tsx";
import { Icon } from "../components/Icon.tsx";
import { Later } from "../components/Later.tsx";
import { YourData } from "../components/YourData.tsx";
import { setTheme, theme, type Theme } from "../preferences.ts";
import { problemText } from "../problems.ts";
import { paths } from "../router.ts";
import { session, useSession } from "../session.ts";
import { copy } from "../sharing.ts";

const loadDeviceList = async () => (await import("../devices/DeviceList.tsx")).DeviceList;
const loadNewPhrase = async () => (await import("../devices/NewPhraseSheet.tsx")).NewPhraseSheet;

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
  const [isRenewing, setRenewing] = useState(false);
  const [, setRefusals] = useState(0);
  useEffect(() => {
    // What is kept here may be older than the account: another device may have changed it, or this page may
    // have gone before it kept what was changed. Without a connection it is shown as it is.
    if (me !== null) void session.acquaint.refreshProfile().catch(() => {});
  }, [me === null]);
  if (me === null) return null;
  const change = (part: { visibility: Audience } | { requestsFrom: Audience }) => {
    session.updateProfile(part).catch((error: unknown) => {
      notify(problemText(error));
      // Drawn anew, since the button that was pressed shows what did not come about.
      setRefusals((count) => count + 1);
    });
  };
  return (
    <div class="page">
      <Heading>You</Heading>
      <section aria-labelledby="cards-title">
        <h2 id="cards-title">Your cards</h2>
        <CardList />
      </section>
      <section aria-labelledby="badge-title">
        <h2 id="badge-title">Badge</h2>
        <p class="remark">
          A code to wear or to print: whoever reads it can ask to become a contact.{" "}
          <a href={paths.ownBadge}>Your badge</a>
        </p>
      </section>
      <section aria-labelledby="profile-title">
        <h2 id="profile-title">Profile</h2>
        <ProfileForm me={me} />
        <Choice
          legend="Who may find you by your handle"
          options={AUDIENCES}
          value={me.visibility}
          onChange={(visibility) => change({ visibility })}
        />
        <Choice
          legend="Which strangers may ask to meet you"
          options={AUDIENCES}
          value={me.requestsFrom}
          onChange={(requestsFrom) => change({ requestsFrom })}
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
      <section aria-labelledby="devices-title">
        <h2 id="devices-title">Devices</h2>
        <Later load={loadDeviceList} props={{}} isQuiet />
      </section>
      <section aria-labelledby="safety-title">
        <h2 id="safety-title">Recovery phrase</h2>
        {phrase === null ? (
          <p class="remark">
            It is not on this device: twelve words, wherever you wrote them down.
          </p>
        ) : (
          <p class="remark">
            Not written down yet. It is the way back if you lose your devices.{" "}
            <a href={paths.phrase}>Show the twelve words</a>
          </p>
        )}
        <div class="actions">
          <button type="button" class="button quiet" onClick={() => setRenewing(true)}>
            <Icon name="key" /> New recovery phrase
          </button>
        </div>
        {isRenewing && (
          <Later load={loadNewPhrase} props={{ onClose: () => setRenewing(false) }} isQuiet />
        )}
      </section>
      <section aria-labelledby="blocked-title">
        <h2 id="blocked-title">Blocked</h2>
        <BlockedList />
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
  useEffect(() => setHandle(me.handle ?? ""), [me.handle]);
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
        help="The people you meet see it. In a room you choose a name anew."
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
