// What one is called in a room: asked before one goes in, each time, since it is for that room alone.

import { NAME_MAX_CHARS } from "../../shared/client/index.ts";
import { Field } from "../components/Field.tsx";
import { session } from "../session.ts";
import { hasSomethingToSee, lineOf } from "./roomDraft.ts";
import { stays } from "./stays.ts";
import { WHO_READS } from "./words.ts";

/** To begin with. */
export function nameThere(): string {
  return stays.lastName ?? session.store.state.me?.name ?? "";
}

/** Whether there is something to call somebody by. */
export function isName(name: string): boolean {
  return hasSomethingToSee(lineOf(name));
}

interface NameThereProps {
  readonly name: string;
  /** It was tried to go in: from then on it is said when there is none. */
  readonly isTried: boolean;
  readonly onChange: (name: string) => void;
}

export function NameThere({ name, isTried, onChange }: NameThereProps) {
  const { handle } = session.acquaint.me;
  return (
    <>
      <Field
        label="What you are called there"
        help={`Any name you like, for this room alone.${
          handle === null ? "" : ` Your handle @${handle} is seen with it.`
        }`}
        value={name}
        error={isTried && !isName(name) ? "Others need something to call you by." : null}
        maxLength={NAME_MAX_CHARS}
        autocomplete="name"
        onChange={onChange}
      />
      <p class="field-help">{WHO_READS}</p>
    </>
  );
}
