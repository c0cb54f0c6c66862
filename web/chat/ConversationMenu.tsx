// What concerns a whole conversation: how long its messages stay, and whom it is with.

import { notify } from "../announcements.ts";
import { Icon } from "../components/Icon.tsx";
import { problemText } from "../problems.ts";
import { paths } from "../router.ts";
import { session } from "../session.ts";
import { Popup } from "./Popup.tsx";
import { durationText, LIFETIMES } from "./words.ts";

interface ConversationMenuProps {
  readonly userId: string;
  readonly name: string;
  readonly isContact: boolean;
  readonly canWrite: boolean;
  readonly timerSeconds: number;
  readonly anchor: Element;
  readonly onClose: () => void;
}

export function ConversationMenu(props: ConversationMenuProps) {
  const { userId, name, timerSeconds, onClose } = props;
  const isUsual = LIFETIMES.some(({ seconds }) => seconds === timerSeconds);
  const other = { seconds: timerSeconds, label: durationText(timerSeconds) };
  const choose = (seconds: number) => {
    onClose();
    if (seconds === timerSeconds) return;
    session.acquaint.messages
      .setTimer(userId, seconds)
      .catch((error: unknown) => notify(problemText(error)));
  };
  return (
    <Popup label={`Conversation with ${name}`} anchor={props.anchor} onClose={onClose}>
      {props.canWrite && (
        <div class="popup-items" role="group" aria-labelledby="lifetimes-title">
          <p class="popup-title" id="lifetimes-title">
            Messages disappear after
          </p>
          {[...LIFETIMES, ...(isUsual ? [] : [other])].map(({ seconds, label }) => (
            <button
              key={seconds}
              type="button"
              aria-pressed={seconds === timerSeconds}
              onClick={() => choose(seconds)}
            >
              <span class="popup-label">{label}</span>
              {seconds === timerSeconds && <Icon name="check" />}
            </button>
          ))}
        </div>
      )}
      {props.isContact && (
        <div class="popup-items">
          <a href={paths.contact(userId)} onClick={onClose}>
            <Icon name="card" /> {name} in your contacts
          </a>
        </div>
      )}
    </Popup>
  );
}
