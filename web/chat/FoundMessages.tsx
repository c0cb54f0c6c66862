// Messages on this device that hold the words one searches for; each leads to its place.

import { useEffect, useState } from "preact/hooks";
import { keyOf, type MessageRecord } from "../../shared/client/index.ts";
import { useSettled } from "../clock.ts";
import { paths } from "../router.ts";
import { session } from "../session.ts";
import { excerptOf } from "./excerpt.ts";
import { lineOf, shortTime } from "./words.ts";

const PAUSE_MS = 180;

interface FoundMessagesProps {
  readonly wanted: string;
  readonly openMessage: string | null;
  /** Something else was found by the same words. */
  readonly hasOthers: boolean;
}

export function FoundMessages({ wanted, openMessage, hasOthers }: FoundMessagesProps) {
  const words = useSettled(wanted.trim(), PAUSE_MS);
  const [found, setFound] = useState<readonly MessageRecord[] | null>(null);
  useEffect(() => {
    let isCurrent = true;
    void session.acquaint.messages.search(words).then((records) => {
      if (isCurrent) setFound(records);
    });
    return () => {
      isCurrent = false;
    };
  }, [words]);
  const isNothing = found?.length === 0 && !hasOthers;
  return (
    <>
      <p class="unseen" role="status">
        {found === null
          ? ""
          : `${found.length} ${found.length === 1 ? "message" : "messages"} found`}
      </p>
      {isNothing && <p class="remark">Nothing on this device matches “{words}”.</p>}
      {found !== null && found.length > 0 && (
        <>
          <h2 class="list-title">Messages</h2>
          <ul class="people" role="list">
            {found.map((record) => (
              <FoundMessage
                key={`${record.peer} ${keyOf(record)}`}
                record={record}
                words={words}
                isOpen={keyOf(record) === openMessage}
              />
            ))}
          </ul>
        </>
      )}
    </>
  );
}

interface FoundMessageProps {
  readonly record: MessageRecord;
  readonly words: string;
  readonly isOpen: boolean;
}

function FoundMessage({ record, words, isOpen }: FoundMessageProps) {
  const { peer, author, at } = record;
  const name = session.nameOf(peer);
  return (
    <li>
      <a
        class="person chat-entry found"
        href={paths.message(peer, keyOf(record))}
        aria-current={isOpen ? "true" : undefined}
      >
        <span class="unseen">Message: </span>
        <span class="person-who">
          <span class="entry-line">
            <span class="person-name">{author === "me" ? `You to ${name}` : name}</span>
            <time class="entry-time" dateTime={new Date(at).toISOString()}>
              {shortTime(at)}
            </time>
          </span>
          <span class="found-text" dir="auto">
            {excerptOf(lineOf(record), words).map((part, index) =>
              part.isHit ? <mark key={index}>{part.text}</mark> : part.text,
            )}
          </span>
        </span>
      </a>
    </li>
  );
}
