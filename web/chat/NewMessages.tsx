// What comes in while the conversation is open, for screen readers: they hear what is added here.

import { useEffect, useRef, useState } from "preact/hooks";
import { keyOf, type MessageRecord } from "../../shared/client/index.ts";
import { isNotice } from "./rows.ts";
import { lineOf, noticeText } from "./words.ts";

const MOST = 5;
/** Longer ones are begun: the message itself has the rest. */
const MOST_CHARS = 300;

interface NewMessagesProps {
  readonly messages: readonly MessageRecord[];
  readonly isLoaded: boolean;
  readonly name: string;
}

export function NewMessages({ messages, isLoaded, name }: NewMessagesProps) {
  const heard = useRef<string | null>(null);
  const [said, setSaid] = useState<readonly MessageRecord[]>([]);
  useEffect(() => {
    if (!isLoaded) return;
    const before = heard.current;
    heard.current = messages.at(-1)?.order ?? "";
    if (before === null) return;
    const news = messages.filter(({ order, author }) => order > before && author === "peer");
    if (news.length > 0) setSaid((all) => [...all, ...news].slice(-MOST));
  }, [messages, isLoaded]);
  return (
    <div class="unseen" role="log" aria-label="New messages">
      {said.map((record) => (
        <p key={keyOf(record)}>
          {isNotice(record)
            ? noticeText(record, name)
            : `${name}: ${lineOf(record).slice(0, MOST_CHARS)}`}
        </p>
      ))}
    </div>
  );
}
