// Conversations: the list of them, and beside it (on a phone, in its place) the one that is open.

import type { MessageKey } from "../../shared/client/index.ts";
import { useHiddenContacts } from "../changes.ts";
import { Heading } from "../components/Heading.tsx";
import { MeetingMark } from "../components/MeetingMark.tsx";
import { paths } from "../router.ts";
import { session, useSession } from "../session.ts";
import { useStore } from "../store.ts";
import { ChatList } from "./ChatList.tsx";
import { ConversationPane } from "./ConversationPane.tsx";

interface ChatsViewProps {
  readonly userId: string | null;
  readonly message: string | null;
}

export function ChatsView({ userId, message }: ChatsViewProps) {
  const conversations = useStore(session.chats.store, (state) => state.conversations);
  const contacts = useSession((state) => state.contacts);
  const hidden = useHiddenContacts();
  const isKnown =
    contacts.some((contact) => contact.userId === userId) ||
    conversations.some(({ peer }) => peer === userId);
  const hasNobody = contacts.every((contact) => hidden.includes(contact.userId));
  if (userId === null && hasNobody && conversations.length === 0) return <NobodyYet />;
  return (
    <div class="panes chats" data-open={userId !== null}>
      <ChatList openId={userId} openMessage={message} />
      <div class="pane-detail">
        {userId === null && <p class="chat-none">Choose someone to read and write.</p>}
        {userId !== null && isKnown && (
          <ConversationPane key={userId} userId={userId} target={toKey(message)} />
        )}
        {userId !== null && !isKnown && <Unknown />}
      </div>
    </div>
  );
}

function NobodyYet() {
  return (
    <div class="page empty">
      <MeetingMark closeness="alone" />
      <Heading>No chats yet</Heading>
      <p class="lead">
        You can write to everyone you have met. What you write is sealed for them alone.
      </p>
      <a class="button primary" href={paths.meet}>
        Meet someone
      </a>
    </div>
  );
}

function Unknown() {
  return (
    <div class="chat-unknown">
      <Heading level={2}>There is no such conversation here</Heading>
      <a class="button quiet" href={paths.chats}>
        All chats
      </a>
    </div>
  );
}

function toKey(message: string | null): MessageKey | null {
  return message !== null && /^(?:me|peer)\//.test(message) ? (message as MessageKey) : null;
}
