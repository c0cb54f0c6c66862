// Reporting somebody to those who look after the room: why, in whatever words, and what they have said.

import { useState } from "preact/hooks";
import {
  plainLine,
  ProblemError,
  REPORT_MAX_MESSAGES,
  REPORT_NOTE_MAX_CHARS,
  REPORT_REASONS,
  type ReportReason,
  type RoomMessage,
} from "../../shared/client/index.ts";
import { notify } from "../announcements.ts";
import { Field } from "../components/Field.tsx";
import { Heading } from "../components/Heading.tsx";
import { session } from "../session.ts";
import { useStore } from "../store.ts";
import { CheckLine } from "./CheckLine.tsx";
import { Options } from "./Options.tsx";
import type { Stay } from "./stay.ts";
import { hourText, plain, REASONS } from "./words.ts";
import { Problem, useWork } from "./work.tsx";

interface ReportFormProps {
  readonly stay: Stay;
  readonly userId: string;
  readonly name: string;
  readonly onBack: () => void;
  readonly onDone: () => void;
}

/** Of those that they have said last. */
const MOST_OFFERED = 100;

export function ReportForm({ stay, userId, name, onBack, onDone }: ReportFormProps) {
  const [reason, setReason] = useState<ReportReason | null>(null);
  const [note, setNote] = useState("");
  const [chosen, setChosen] = useState<readonly RoomMessage[]>([]);
  const { isBusy, problem, run } = useWork();
  // What comes in meanwhile does not move what one is about to press.
  const [said] = useState(() =>
    stay.joined.messages
      .filter(({ from, number }) => from.userId === userId && number !== null)
      .slice(-MOST_OFFERED),
  );
  const isHere = useStore(stay.store, (all) => all.members).some((one) => one.userId === userId);
  const isEnough = isHere || chosen.length > 0;
  const send = async (event: Event) => {
    event.preventDefault();
    if (reason === null || !isEnough) return;
    const words = { ...(note.trim() !== "" && { note: note.trim() }), messages: chosen };
    const isSent = await run(() =>
      session.acquaint.rooms.report(stay.roomId, { userId, reason, ...words }).catch(rethrown),
    );
    if (!isSent) return;
    notify(`Your report of ${name} is sent. They are not told.`);
    onDone();
  };
  const toggle = (message: RoomMessage) =>
    setChosen(
      chosen.includes(message) ? chosen.filter((one) => one !== message) : [...chosen, message],
    );
  return (
    <form class="stack" onSubmit={(event) => void send(event)}>
      <Heading level={2} subject="report">
        Report <bdi>{name}</bdi>
      </Heading>
      <p class="lead">{readersText(stay, userId)}</p>
      <Options
        legend="What is it about?"
        options={REPORT_REASONS.map((value) => ({ value, label: REASONS[value] }))}
        value={reason}
        onChange={setReason}
      />
      {said.length > 0 && (
        <fieldset class="options">
          <legend>
            {isHere
              ? `Which messages show it? Up to ${REPORT_MAX_MESSAGES} go along.`
              : `Which messages show it? They have left the room, so one at least has to go along, and up to ${REPORT_MAX_MESSAGES} may.`}
          </legend>
          <div class="report-said">
            {said.map((message) => (
              <CheckLine
                key={message.key}
                label={<bdi class="report-text">{plainLine(message.text)}</bdi>}
                help={hourText(message.at)}
                isOn={chosen.includes(message)}
                isDisabled={chosen.length >= REPORT_MAX_MESSAGES && !chosen.includes(message)}
                onChange={() => toggle(message)}
              />
            ))}
          </div>
        </fieldset>
      )}
      {said.length === 0 && !isHere && (
        <p class="lead">
          They have left the room, and nothing that they said is on this page, so there is nothing
          to report.
        </p>
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
        <button
          type="submit"
          class="button primary"
          disabled={isBusy || reason === null || !isEnough}
        >
          {isBusy ? "Sending…" : "Send the report"}
        </button>
        <button type="button" class="button quiet" onClick={onBack}>
          Back
        </button>
      </div>
    </form>
  );
}

/** Who reads a report on somebody; one that is made in a room for two goes to where both came from. */
function readersText(stay: Stay, userId: string): string {
  const { room, members } = (stay.parent ?? stay).joined;
  const isSteward =
    room?.owner === userId || members.some((one) => one.userId === userId && one.role !== "member");
  const operator = room?.operator == null ? "" : `${plain(room.operator)} and `;
  if (isSteward) {
    return `Only ${operator}whoever runs this server ${operator === "" ? "reads" : "read"} it, since this person looks after the room.`;
  }
  if (room?.kind === "pair") {
    return "Those who look after the room that you both came from read it, and see that it comes from you; if it is one of them, only whoever runs this server.";
  }
  return "Those who look after the room read it, and see that it comes from you.";
}

function rethrown(error: unknown): never {
  const isFull = error instanceof ProblemError && error.code === "list-full";
  throw isFull ? new Error(FULL) : error;
}

const FULL =
  "This one is not sent. A room keeps three reports of yours on one person, ten in all, and has limited space for everybody’s: with fewer messages it may fit. Those that you have sent are there to be read.";
