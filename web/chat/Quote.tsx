// What a message answers, in short; pressing it leads there.

import type { MessageKey, MessageRecord } from "../../shared/client/index.ts";
import { lineOf } from "./words.ts";

interface QuoteProps {
  readonly replyTo: NonNullable<MessageRecord["replyTo"]>;
  /** Null or absent when it is not on this device. */
  readonly record: MessageRecord | null | undefined;
  readonly name: string;
  readonly tabIndex: number;
  readonly onPress: (key: MessageKey) => void;
}

export function Quote({ replyTo, record, name, tabIndex, onPress }: QuoteProps) {
  const who = replyTo.author === "me" ? "You" : name;
  const isHere = record !== null && record !== undefined && record.kind !== "awaited";
  if (!isHere || record.isExpired) {
    return (
      <p class="quote" data-gone="true">
        <span class="quote-who">{who}</span>
        <span class="quote-text">No longer on this device</span>
      </p>
    );
  }
  return (
    <button
      type="button"
      class="quote"
      tabIndex={tabIndex}
      onClick={() => onPress(`${replyTo.author}/${replyTo.id}`)}
    >
      <span class="unseen">In answer to </span>
      <span class="quote-who">{who}</span>
      <span class="quote-text" dir="auto">
        {lineOf(record)}
      </span>
    </button>
  );
}
