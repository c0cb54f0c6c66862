// Reporting somebody to those who look after the room: why, in whatever words, and what they have said.

import { useState } from "preact/hooks";
import {
  plainLine,
  REPORT_MAX_MESSAGES,
  REPORT_NOTE_MAX_CHARS,
  REPORT_REASONS,
  type ReportReason,
} from "../../shared/client/index.ts";
import { notify } from "../announcements.ts";
import { Field } from "../components/Field.tsx";
import { Heading } from "../components/Heading.tsx";
import { session } from "../session.ts";
import { CheckLine } from "./CheckLine.tsx";
import { Options } from "./RoomFields.tsx";
import type { Stay } from "./stay.ts";
import { hourText, REASONS } from "./words.ts";
import { Problem, useWork } from "./work.tsx";

interface ReportFormProps {
  readonly stay: Stay;
  readonly userId: string;
  readonly name: string;
  readonly onBack: () => void;
  readonly onDone: () => void;
}

/** Of those that they have said last. */
const MOST_OFFERED = 30;

export function ReportForm({ stay, userId, name, onBack, onDone }: ReportFormProps) {
  const [reason, setReason] = useState<ReportReason | null>(null);
  const [note, setNote] = useState("");
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const { isBusy, problem, run } = useWork();
  // What comes in meanwhile does not move what one is about to press.
  const [said] = useState(() =>
    stay.joined.messages
      .filter(({ from, number }) => from.userId === userId && number !== null)
      .slice(-MOST_OFFERED),
  );
  const role = stay.joined.members.find((one) => one.userId === userId)?.role ?? "member";
  const send = async (event: Event) => {
    event.preventDefault();
    if (reason === null) return;
    const isSent = await run(() =>
      session.acquaint.rooms.report(stay.roomId, {
        userId,
        reason,
        ...(note.trim() !== "" && { note: note.trim() }),
        ...(chosen.length > 0 && { messages: [...chosen] }),
      }),
    );
    if (!isSent) return;
    notify(`Your report of ${name} is sent. They are not told.`);
    onDone();
  };
  const toggle = (number: number) =>
    setChosen(
      chosen.includes(number) ? chosen.filter((one) => one !== number) : [...chosen, number],
    );
  return (
    <form class="stack" onSubmit={(event) => void send(event)}>
      <Heading level={2} subject="report">
        Report <bdi>{name}</bdi>
      </Heading>
      <p class="lead">
        {role !== "member"
          ? "Whoever runs this server reads it, since this person looks after the room."
          : "Those who look after the room read it, and see that it comes from you."}
      </p>
      <Options
        legend="What is it about?"
        options={REPORT_REASONS.map((value) => ({ value, label: REASONS[value] }))}
        value={reason}
        onChange={setReason}
      />
      {said.length > 0 && (
        <fieldset class="options">
          <legend>Which messages show it? Up to {REPORT_MAX_MESSAGES} go along.</legend>
          <div class="report-said">
            {said.map(({ key, number, text, at }) => (
              <CheckLine
                key={key}
                label={<bdi class="report-text">{plainLine(text)}</bdi>}
                help={hourText(at)}
                isOn={chosen.includes(number!)}
                isDisabled={chosen.length >= REPORT_MAX_MESSAGES && !chosen.includes(number!)}
                onChange={() => toggle(number!)}
              />
            ))}
          </div>
        </fieldset>
      )}
      <Field
        kind="lines"
        label="In your own words, if you like"
        value={note}
        maxLength={REPORT_NOTE_MAX_CHARS}
        onChange={setNote}
      />
      <Problem text={problem} />
      <div class="actions">
        <button type="submit" class="button primary" disabled={isBusy || reason === null}>
          {isBusy ? "Sending…" : "Send the report"}
        </button>
        <button type="button" class="button quiet" onClick={onBack}>
          Back
        </button>
      </div>
    </form>
  );
}
