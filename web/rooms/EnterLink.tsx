// The way into a room that one has the link or the id of.

import { useState } from "preact/hooks";
import { parseRoomLink } from "../../shared/client/rooms/links.ts";
import { Field } from "../components/Field.tsx";
import { go } from "../router.ts";
import { linkOf } from "./linkTokens.ts";

export function EnterLink() {
  const [text, setText] = useState("");
  const [fault, setFault] = useState<string | null>(null);
  const enter = (event: Event) => {
    event.preventDefault();
    const link = parseRoomLink(text.trim());
    if (link === null) {
      return setFault(
        "That is no link or id of a room. An id has 16 letters and digits; ask for it again, or paste the whole link.",
      );
    }
    go(new URL(linkOf(link.roomId, link.token)).hash);
  };
  return (
    <form class="rooms-part enter-link" onSubmit={enter}>
      <Field
        label="Enter a room’s link or id"
        value={text}
        error={fault}
        onChange={(next) => {
          setText(next);
          setFault(null);
        }}
      />
      <button type="submit" class="button quiet" disabled={text.trim() === ""}>
        Go there
      </button>
    </form>
  );
}
