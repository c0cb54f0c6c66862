// The conversations, the one with the newest message first; while one searches, people and messages instead.

import { useState } from "preact/hooks";
import type { Contact } from "../../shared/client/index.ts";
import { photoOf } from "../cardPhoto.ts";
import { useHiddenContacts } from "../changes.ts";
import type { ListedConversation } from "../chats.ts";
import { Avatar } from "../components/Avatar.tsx";
import { Heading } from "../components/Heading.tsx";
import { Icon } from "../components/Icon.tsx";
import { paths } from "../router.ts";
import { session, useSession } from "../session.ts";
import { useStore } from "../store.ts";
import { FoundMessages } from "./FoundMessages.tsx";
import { StateMark } from "./StateMark.tsx";
import { previewText, shortTime } from "./words.ts";

interface ChatListProps {
  readonly openId: string | null;
  readonly openMessage: string | null;
}

export function ChatList({ openId, openMessage }: ChatListProps) {
  const conversations = useStore(session.chats.store, (state) => state.conversations);
  const contacts = useSession((state) => state.contacts);
  const hidden = useHiddenContacts();
  const [wanted, setWanted] = useState("");
  const shown = conversations.filter(({ peer }) => !hidden.includes(peer));
  const unwritten = contacts.filter(
    ({ userId, blocked }) =>
      !blocked && !hidden.includes(userId) && !shown.some(({ peer }) => peer === userId),
  );
  const isSearch = wanted.trim() !== "";
  const isNamed = (name: string) => includesWords(name, wanted);
  const found = isSearch ? shown.filter(({ peer }) => isNamed(session.nameOf(peer))) : shown;
  const foundUnwritten = isSearch ? unwritten.filter(({ name }) => isNamed(name)) : unwritten;
  const hasPeople = found.length > 0 || foundUnwritten.length > 0;
  return (
    <div class="pane-list chat-list">
      <Heading subject={openId === null ? "list" : ""}>Chats</Heading>
      <div class="list-body">
        <label class="search">
          <Icon name="search" />
          <span class="unseen">Search people and messages on this device</span>
          <input
            type="search"
            placeholder="Search"
            autocomplete="off"
            value={wanted}
            onInput={(event) => setWanted(event.currentTarget.value)}
          />
        </label>
        {isSearch && hasPeople && <h2 class="list-title">People</h2>}
        {found.length > 0 && (
          <ul class="people" role="list">
            {found.map((conversation) => (
              <ChatEntry
                key={conversation.peer}
                conversation={conversation}
                isOpen={conversation.peer === openId}
              />
            ))}
          </ul>
        )}
        {!isSearch && unwritten.length > 0 && (
          <h2 class="list-title">{shown.length === 0 ? "Write to" : "Not written to yet"}</h2>
        )}
        {foundUnwritten.length > 0 && (
          <ul class="people" role="list">
            {foundUnwritten.map((contact) => (
              <UnwrittenEntry
                key={contact.userId}
                contact={contact}
                isOpen={contact.userId === openId}
              />
            ))}
          </ul>
        )}
        {isSearch && (
          <FoundMessages wanted={wanted} openMessage={openMessage} hasOthers={hasPeople} />
        )}
      </div>
    </div>
  );
}

interface ChatEntryProps {
  readonly conversation: ListedConversation;
  readonly isOpen: boolean;
}

function ChatEntry({ conversation, isOpen }: ChatEntryProps) {
  const { peer, unread, preview, state } = conversation;
  const contact = useSession((all) => all.contacts).find(({ userId }) => userId === peer);
  const isTyping = useStore(session.chats.store, (all) => all.typing.includes(peer));
  const isAlarmed = useStore(session.chats.store, (all) => {
    return all.alarms[peer] !== undefined && all.alarms[peer] === contact?.receiptHash;
  });
  const name = session.nameOf(peer);
  const isNote = preview?.isDeleted === true || preview?.kind === "unknown";
  return (
    <li>
      <a
        class="person chat-entry"
        href={paths.chat(peer)}
        aria-current={isOpen ? "true" : undefined}
        data-unread={unread > 0}
      >
        <Avatar name={name} photo={contact?.card ? photoOf(contact.card) : null} />
        <span class="person-who">
          <span class="entry-line">
            <span class="person-name">{name}</span>
            {preview !== null && (
              <time class="entry-time" dateTime={new Date(preview.at).toISOString()}>
                {shortTime(preview.at)}
              </time>
            )}
          </span>
          <span class="entry-line">
            {isAlarmed ? (
              <span class="entry-text entry-alarm">Not safe to write to</span>
            ) : isTyping ? (
              <span class="entry-text typing">typing…</span>
            ) : (
              <>
                {state !== null && state !== undefined && !preview?.isDeleted && (
                  <StateMark state={state} />
                )}
                <span class="entry-text" data-note={isNote} dir="auto">
                  {previewText(conversation)}
                </span>
              </>
            )}
            {unread > 0 && (
              <span class="count">
                {unread > 99 ? "99+" : unread}
                <span class="unseen"> unread</span>
              </span>
            )}
          </span>
        </span>
      </a>
    </li>
  );
}

function UnwrittenEntry({
  contact,
  isOpen,
}: {
  readonly contact: Contact;
  readonly isOpen: boolean;
}) {
  const { userId, name, card, verified } = contact;
  return (
    <li>
      <a
        class="person chat-entry"
        href={paths.chat(userId)}
        aria-current={isOpen ? "true" : undefined}
      >
        <Avatar name={name} photo={card && photoOf(card)} />
        <span class="person-who">
          <span class="person-name">{name}</span>
        </span>
        {!verified && <span class="tag">Not verified</span>}
      </a>
    </li>
  );
}

function includesWords(text: string, wanted: string): boolean {
  const whole = text.toLocaleLowerCase();
  return wanted
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => whole.includes(word));
}
