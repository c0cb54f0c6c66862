// The times of one message, as far as this device knows them.

import type { MessageRecord } from "../../shared/client/index.ts";
import { dayAndTimeText } from "../clock.ts";
import { Heading } from "../components/Heading.tsx";
import { Sheet } from "../components/Sheet.tsx";
import { shownName, sizeText } from "./files/fileKinds.ts";
import { durationText, STATES } from "./words.ts";

interface MessageInfoProps {
  readonly record: MessageRecord;
  readonly name: string;
  readonly onClose: () => void;
}

export function MessageInfo({ record, name, onClose }: MessageInfoProps) {
  const { author, at, edit, file, state, readAt, lifetimeSeconds, expiresAt } = record;
  const facts: readonly (readonly [string, string] | false)[] = [
    ["From", author === "me" ? "You" : name],
    file !== undefined && ["File", shownName(file)],
    file !== undefined && ["Size", sizeText(file.size)],
    ["Written", dayAndTimeText(at)],
    edit !== undefined && ["Edited", dayAndTimeText(edit.at)],
    state !== undefined && ["State", STATES[state]],
    readAt !== undefined && ["Read here", dayAndTimeText(readAt)],
    lifetimeSeconds !== undefined && [
      "Disappears",
      expiresAt === undefined
        ? `${durationText(lifetimeSeconds)} after it is ${author === "me" ? "sent" : "read"}`
        : dayAndTimeText(expiresAt),
    ],
  ];
  return (
    <Sheet label="About this message" onEscape={onClose}>
      <Heading level={2}>About this message</Heading>
      <dl class="facts">
        {facts.map(
          (fact) =>
            fact && (
              <div key={fact[0]}>
                <dt>{fact[0]}</dt>
                <dd>{fact[1]}</dd>
              </div>
            ),
        )}
      </dl>
      <div class="actions">
        <button type="button" class="button quiet" onClick={onClose}>
          Close
        </button>
      </div>
    </Sheet>
  );
}
