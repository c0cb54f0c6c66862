// What there is to know, and to do, of a contact by tap, badge or room: how sure it is who they are, and the way back.

import "../styles/touches.css";
import type { Contact } from "../../shared/client/index.ts";
import { paths } from "../router.ts";
import { Icon } from "../components/Icon.tsx";
import { TapIcon } from "./TapIcon.tsx";
import { UndoButton } from "./UndoButton.tsx";

interface TapFactsProps {
  readonly contact: Contact;
  readonly onCompare: () => void;
}

export function TapFacts({ contact, onCompare }: TapFactsProps) {
  const { vouched, undoUntil, blocked, method } = contact;
  // Whom one has met in a room is hardly ever within reach.
  const isNear = method !== "room";
  if (blocked || (!vouched && undoUntil === null)) return null;
  return (
    <div class="remark tap-facts">
      <p>
        {vouched
          ? `The server says who this was${isNear ? ". Tap back, or compare" : " in the room. Compare"} a safety phrase, to be sure.`
          : "You have just tapped. If that was a mistake, it can be undone for a while."}
      </p>
      <div class="tap-facts-actions">
        {vouched && (
          <>
            {isNear && (
              <a class="tool" href={paths.tap}>
                <TapIcon name="tap" /> Tap back
              </a>
            )}
            <button type="button" class="tool" onClick={onCompare}>
              <Icon name="shield" /> Compare a safety phrase
            </button>
          </>
        )}
        <UndoButton contact={contact} />
      </div>
    </div>
  );
}
