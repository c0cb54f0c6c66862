// The first visit: one question, which may be skipped.

import { useState } from "preact/hooks";
import { NAME_MAX_CHARS } from "../../shared/client/index.ts";
import { Field } from "../components/Field.tsx";
import { Heading } from "../components/Heading.tsx";
import { MeetingMark } from "../components/MeetingMark.tsx";
import { paths, useLinkedCode, useRoute } from "../router.ts";
import { session } from "../session.ts";

export function WelcomeView() {
  const [name, setName] = useState("");
  const isTapped = useLinkedCode("tap") !== null;
  const isAnswering = useLinkedCode("enterKey") !== null;
  const { view } = useRoute();
  const isAsking = view === "badge";
  const isToRoom = view === "room";
  const isInvited = isTapped || isAnswering || isAsking || isToRoom;
  const what = isAnswering ? "answer their key" : isToRoom ? "look in" : "become contacts";
  return (
    <>
      <MeetingMark closeness="near" />
      <Heading>
        {isAsking
          ? "You hold someone’s badge"
          : isToRoom
            ? "You have the link of a room"
            : isInvited
              ? "Someone wants to meet you"
              : "Meet people, keep them"}
      </Heading>
      <p class="lead">
        {isInvited
          ? `Say who you are, and you can ${what}. There is nothing to sign up for.`
          : "A short key makes two people contacts who can trust each other, and swaps their cards. There is nothing to sign up for."}
      </p>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void session.open(name.trim());
        }}
      >
        <Field
          label="Your name"
          help="The people you meet see it. In a room you choose a name anew."
          value={name}
          onChange={setName}
          autocomplete="name"
          maxLength={NAME_MAX_CHARS}
        />
        <div class="actions">
          <button type="submit" class="button primary">
            Go on
          </button>
          <button type="button" class="button quiet" onClick={() => void session.open()}>
            Skip
          </button>
        </div>
      </form>
      <p class="welcome-other">
        On another device already? <a href={paths.join}>I have an account</a>
      </p>
    </>
  );
}
