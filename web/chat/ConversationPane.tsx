// A conversation: whom it is with, what was said, and where to say more, or why that is not possible.

import { useEffect, useMemo, useState } from "preact/hooks";
import type { Contact, MessageKey, MessageRecord } from "../../shared/client/index.ts";
import { notify } from "../announcements.ts";
import { photoOf } from "../cardPhoto.ts";
import { setBlocked } from "../changes.ts";
import { Avatar } from "../components/Avatar.tsx";
import { Heading } from "../components/Heading.tsx";
import { Icon } from "../components/Icon.tsx";
import { PosingAlarm } from "../components/PosingAlarm.tsx";
import { problemText } from "../problems.ts";
import { paths } from "../router.ts";
import { session, useSession } from "../session.ts";
import { useStore } from "../store.ts";
import { useVisibleHeight } from "./attention.ts";
import { ChatIcon } from "./ChatIcon.tsx";
import { Composer, NEW, type Writing } from "./Composer.tsx";
import { OpenConversation } from "./conversation.ts";
import { useDropping } from "./files/dropping.ts";
import { prepareFiles, trayFor } from "./files/tray.ts";
import { ConversationMenu } from "./ConversationMenu.tsx";
import { MessageLog } from "./MessageLog.tsx";
import { canEdit } from "./MessageMenu.tsx";
import { durationText } from "./words.ts";

interface ConversationPaneProps {
  readonly userId: string;
  readonly target: MessageKey | null;
}

export function ConversationPane({ userId, target }: ConversationPaneProps) {
  const conversation = useMemo(() => new OpenConversation(userId), [userId]);
  const contact = useSession((state) => state.contacts).find((one) => one.userId === userId);
  const alarm = useStore(session.chats.store, (state) => state.alarms[userId]);
  const [writing, setWriting] = useState<Writing>(NEW);
  const name = contact?.name ?? session.nameOf(userId);
  const isAlarmed = alarm !== undefined && alarm === (contact?.receiptHash ?? alarm);
  const canWrite = contact !== undefined && !contact.blocked && !isAlarmed;

  useEffect(() => {
    session.chats.open = { userId, isWatched: () => conversation.isWatched() };
    const stop = conversation.follow();
    return () => {
      session.chats.open = null;
      stop();
    };
  }, [conversation]);

  useVisibleHeight();
  const tray = useMemo(() => trayFor(userId), [userId]);
  const dropping = useDropping(
    canWrite && writing.kind !== "edit" ? (files) => tray.add(files) : null,
  );
  useEffect(() => void prepareFiles().catch(() => {}), []);

  const lastOwn = () => {
    const isChangeable = (record: MessageRecord) => canEdit(record) && record.text !== "";
    return conversation.store.state.messages.findLast(isChangeable) ?? null;
  };
  return (
    // Whatever has the focus in it, files can be pasted.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section class="chat" aria-label={`Conversation with ${name}`} {...dropping.handlers}>
      <Head
        userId={userId}
        name={name}
        contact={contact ?? null}
        canWrite={canWrite}
        conversation={conversation}
      />
      {isAlarmed && <PosingAlarm userId={userId} name={name} />}
      {contact?.verified === false && !contact.blocked && !isAlarmed && (
        <p class="chat-remark">
          This device has not verified {name} itself.{" "}
          <a href={paths.askContact(userId)}>Verify by passphrase</a>
        </p>
      )}
      <MessageLog
        conversation={conversation}
        name={name}
        canWrite={canWrite}
        target={target}
        onReply={(about: MessageRecord) => setWriting({ kind: "reply", about })}
        onEdit={(about: MessageRecord) => setWriting({ kind: "edit", about })}
      />
      {canWrite ? (
        <Composer
          userId={userId}
          name={name}
          tray={tray}
          writing={writing}
          onWriting={setWriting}
          lastOwn={lastOwn}
          onSent={() => conversation.forgetUnreadMark()}
        />
      ) : (
        !isAlarmed && <NoComposer name={name} contact={contact ?? null} />
      )}
      {dropping.isOver && (
        <div class="drop-place" aria-hidden="true">
          <p>
            <ChatIcon name="attach" /> Drop to send to {name}
          </p>
        </div>
      )}
    </section>
  );
}

interface HeadProps {
  readonly userId: string;
  readonly name: string;
  readonly contact: Contact | null;
  readonly canWrite: boolean;
  readonly conversation: OpenConversation;
}

function Head({ userId, name, contact, canWrite, conversation }: HeadProps) {
  const [menuAt, setMenuAt] = useState<Element | null>(null);
  const timerSeconds = useStore(conversation.store, (state) => state.timerSeconds);
  const isTyping = useStore(session.chats.store, (state) => state.typing.includes(userId));
  return (
    <header class="chat-head">
      <a class="round chat-back" href={paths.chats} aria-label="All chats">
        <Icon name="back" />
      </a>
      <Avatar name={name} photo={contact?.card ? photoOf(contact.card) : null} />
      <div class="chat-who">
        <Heading level={2} subject={userId}>
          {name}
        </Heading>
        <p class="chat-more">
          <span role="status">{isTyping ? <span class="typing">typing…</span> : ""}</span>
          {!isTyping && (
            <>
              {contact?.blocked && <span class="tag">Blocked</span>}
              {contact?.verified === false && <span class="tag">Not verified</span>}
              {timerSeconds > 0 && (
                <span class="chat-timer">
                  <ChatIcon name="timer" /> {durationText(timerSeconds)}
                  <span class="unseen"> until messages disappear</span>
                </span>
              )}
            </>
          )}
        </p>
      </div>
      {contact !== null && (
        <button
          type="button"
          class="round"
          aria-haspopup="dialog"
          aria-label="More about this conversation"
          onClick={(event) => setMenuAt(event.currentTarget)}
        >
          <ChatIcon name="more" />
        </button>
      )}
      {menuAt !== null && (
        <ConversationMenu
          userId={userId}
          name={name}
          isContact={contact !== null}
          canWrite={canWrite}
          timerSeconds={timerSeconds}
          anchor={menuAt}
          onClose={() => setMenuAt(null)}
        />
      )}
    </header>
  );
}

function NoComposer({
  name,
  contact,
}: {
  readonly name: string;
  readonly contact: Contact | null;
}) {
  return (
    <div class="no-composer">
      <p>
        {contact === null
          ? `${name} is not in your contacts any more. What was said stays on this device.`
          : `You have blocked ${name}. Nothing goes or comes between you.`}
      </p>
      {contact === null ? (
        <a class="button quiet" href={paths.meet}>
          Meet again
        </a>
      ) : (
        <button
          type="button"
          class="button quiet"
          onClick={() => {
            setBlocked(contact, false).catch((error: unknown) => notify(problemText(error)));
          }}
        >
          Unblock {name}
        </button>
      )}
    </div>
  );
}
