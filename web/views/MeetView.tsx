// Where every meeting starts: a large choice for each way to meet, and below it what goes along.

import { cardTitle } from "../../shared/client/index.ts";
import { Avatar } from "../components/Avatar.tsx";
import { CardPicker } from "../components/CardPicker.tsx";
import { Heading } from "../components/Heading.tsx";
import { Icon, type IconName } from "../components/Icon.tsx";
import { photoOf } from "../cardPhoto.ts";
import { dayText } from "../clock.ts";
import { useHiddenContacts } from "../changes.ts";
import { paths } from "../router.ts";
import { useSession } from "../session.ts";
import { TapIcon } from "../tap/TapIcon.tsx";

interface Way {
  readonly title: string;
  readonly text: string;
  readonly href: string;
  readonly icon: IconName;
}

const WAYS: readonly Way[] = [
  {
    title: "Show a key",
    text: "Read a number and two words aloud, or let them scan the code.",
    href: paths.showKey,
    icon: "key",
  },
  {
    title: "Enter a key",
    text: "Type what the other person shows or says.",
    href: paths.enterKey,
    icon: "keyboard",
  },
];

/** For people who are not at the same place: words agreed on by voice. */
const SPOKEN_WAYS: readonly Way[] = [
  {
    title: "Say a passphrase",
    text: "Ask a contact, a handle, or whoever you tell a number.",
    href: paths.ask,
    icon: "voice",
  },
  {
    title: "Enter a number",
    text: "They gave you a number and a passphrase.",
    href: paths.enterPassphrase,
    icon: "number",
  },
];

const RECENT = 3;

export function MeetView() {
  const contacts = useSession((state) => state.contacts);
  const phrase = useSession((state) => state.phrase);
  const hidden = useHiddenContacts();
  const recent = contacts
    .filter((contact) => !contact.blocked && !hidden.includes(contact.userId))
    .toSorted((one, other) => other.metAt - one.metAt)
    .slice(0, RECENT);
  return (
    <div class="page">
      <Heading>Meet someone</Heading>
      <p class="lead">Side by side: tap, or one of you shows a key and the other enters it.</p>
      <ul class="ways" role="list">
        <li class="way-first">
          <a class="way" href={paths.tap}>
            <span class="way-icon">
              <TapIcon name="tap" />
            </span>
            <span class="way-title">Tap</span>
            <span class="way-text">Hold phones together, or scan each other’s codes.</span>
          </a>
        </li>
        {WAYS.map(({ title, text, href, icon }) => (
          <li key={href}>
            <a class="way" href={href}>
              <span class="way-icon">
                <Icon name={icon} />
              </span>
              <span class="way-title">{title}</span>
              <span class="way-text">{text}</span>
            </a>
          </li>
        ))}
      </ul>
      <section class="far" aria-labelledby="far-title">
        <h2 id="far-title">On the phone, or far apart</h2>
        <p class="lead">Agree on a few words by voice: a passphrase, which both of you type.</p>
        <ul class="way-rows" role="list">
          {SPOKEN_WAYS.map(({ title, text, href, icon }) => (
            <li key={href}>
              <a class="way-row" href={href}>
                <Icon name={icon} />
                <span class="person-who">
                  <span class="person-name">{title}</span>
                  <span class="way-text">{text}</span>
                </span>
                <Icon name="forward" />
              </a>
            </li>
          ))}
        </ul>
      </section>
      <CardPicker />
      {phrase !== null && (
        <p class="remark">
          Your recovery phrase is not written down yet.{" "}
          <a href={paths.phrase}>Take a minute for it</a>
        </p>
      )}
      {recent.length > 0 && (
        <section class="recent" aria-labelledby="recent-title">
          <h2 id="recent-title">Met last</h2>
          <ul class="people" role="list">
            {recent.map((contact) => (
              <li key={contact.userId}>
                <a class="person" href={paths.contact(contact.userId)}>
                  <Avatar name={contact.name} photo={contact.card && photoOf(contact.card)} />
                  <span class="person-who">
                    <span class="person-name">{contact.name}</span>
                    <span class="person-more">
                      {contact.card !== null && cardTitle(contact.card) !== contact.name
                        ? cardTitle(contact.card)
                        : dayText(contact.metAt)}
                    </span>
                  </span>
                  {!contact.verified && <span class="tag">Not verified</span>}
                  <Icon name="forward" />
                </a>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
