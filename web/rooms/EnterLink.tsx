// The way into a room that one has the link or the id of.

import { useRef, useState } from "preact/hooks";
import { Field, focusFault } from "../components/Field.tsx";
import { go } from "../router.ts";
import { linkOf } from "./linkTokens.ts";
import { linkIn } from "./linkTyping.ts";

export function EnterLink() {
  const form = useRef<HTMLFormElement>(null);
  const [text, setText] = useState("");
  const [fault, setFault] = useState<string | null>(null);
  const enter = (event: Event) => {
    event.preventDefault();
    const refuse = (why: string) => {
      setFault(why);
      focusFault(form.current);
    };
    const link = linkIn(text);
    if (link === null) {
      return refuse(
        "That is no link or id of a room. An id has 16 letters and digits; ask for it again, or paste the whole link.",
      );
    }
    if (link.origin !== null && link.origin !== location.origin) {
      return refuse(
        `That room is on another server, ${new URL(link.origin).host}. Open the link itself to go there.`,
      );
    }
    go(new URL(linkOf(link.roomId, link.token)).hash);
  };
  return (
    <form ref={form} class="rooms-part enter-link" onSubmit={enter}>
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
