// The fields of a room that is being opened or changed.

import { type RoomAdmission, ROOM_TITLE_MAX_CHARS } from "../../shared/client/index.ts";
import { topicOf } from "../../shared/client/rooms/links.ts";
import { Field } from "../components/Field.tsx";
import { CheckLine } from "./CheckLine.tsx";
import { Options } from "./Options.tsx";
import type { RoomDraft, RoomFaults } from "./roomDraft.ts";

interface RoomFieldsProps {
  readonly draft: RoomDraft;
  readonly faults: RoomFaults;
  readonly onChange: (change: Partial<RoomDraft>) => void;
}

const ADMISSIONS: readonly {
  readonly value: RoomAdmission;
  readonly label: string;
  readonly text: string;
}[] = [
  { value: "anyone", label: "Anyone", text: "Whoever finds the room comes in at once." },
  {
    value: "link",
    label: "Whoever has the link",
    text: "You hand the link to whom you like, and can make a new one at any time. The lobby does not show the room.",
  },
  {
    value: "approval",
    label: "Whom you let in",
    text: "Everybody waits until you, or a moderator, let them in. Then they may come again, unless they are removed.",
  },
];

export function RoomFields({ draft, faults, onChange }: RoomFieldsProps) {
  const topic = topicOf(draft.topic);
  return (
    <>
      <Field
        label="Title"
        value={draft.title}
        error={faults.title ?? null}
        maxLength={ROOM_TITLE_MAX_CHARS}
        onChange={(title) => onChange({ title })}
      />
      <Field
        label="Topic"
        help={
          topic === "" || topic === draft.topic
            ? "A word or two, if you like: people find the room by it."
            : `People find the room under “${topic}”.`
        }
        value={draft.topic}
        error={faults.topic ?? null}
        onChange={(next) => onChange({ topic: next })}
      />
      <Options
        legend="Who may join"
        options={ADMISSIONS}
        value={draft.admission}
        onChange={(admission) => onChange({ admission })}
      />
      {draft.admission !== "link" && (
        <CheckLine
          label="List it in the lobby"
          help="Everybody sees the title, the topic and how many are in."
          isOn={draft.isListed}
          onChange={(isListed) => onChange({ isListed })}
        />
      )}
      <Field
        label="Room for how many people"
        kind="digits"
        value={draft.capacity}
        error={faults.capacity ?? null}
        maxLength={4}
        onChange={(capacity) => onChange({ capacity })}
      />
    </>
  );
}
