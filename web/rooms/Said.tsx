// One message in a room. It is drawn anew only when something about it has changed: in a busy room hundreds stand above
// each new one.

import { Component } from "preact";
import type { RoomMessage } from "../../shared/client/index.ts";
import { MessageText } from "../chat/MessageText.tsx";
import { Avatar } from "../components/Avatar.tsx";
import { hourText, plain, refusedText } from "./words.ts";

/** As many as push away what others have said. */
const BLANK_LINES = /\n(?:[^\S\n]*\n){3,}/g;

interface SaidProps {
  readonly message: RoomMessage;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  /** What tells its author from others of that name. */
  readonly mark: string | undefined;
  readonly onPerson: (userId: string) => void;
  readonly onAgain: (message: RoomMessage) => void;
}

export class Said extends Component<SaidProps> {
  override shouldComponentUpdate(next: SaidProps): boolean {
    const { message, isFirst, isLast, mark } = this.props;
    const isSame = message === next.message && mark === next.mark;
    return !isSame || isFirst !== next.isFirst || isLast !== next.isLast;
  }

  override render({ message, isFirst, isLast, mark, onPerson, onAgain }: SaidProps) {
    const { from, isOwn, text, at, status } = message;
    const name = plain(from.name);
    const meta = (
      <span class="message-meta">
        {status === "sending" && <span>Sending…</span>}
        <time dateTime={new Date(at).toISOString()}>{hourText(at)}</time>
      </span>
    );
    return (
      <li
        class="message said"
        data-author={isOwn ? "me" : "peer"}
        data-status={status}
        data-first={isFirst}
        data-last={isLast}
      >
        {!isOwn && isFirst && (
          // The list of people has the same for keyboards.
          <button
            type="button"
            class="said-who"
            tabIndex={-1}
            aria-label={`About ${name}`}
            onClick={() => onPerson(from.userId)}
          >
            <Avatar name={name} photo={null} />
          </button>
        )}
        <div class="bubble-line">
          <div class="bubble" data-kind="text">
            {isOwn ? (
              <span class="unseen">You:</span>
            ) : (
              <span class={isFirst ? "said-name" : "unseen"}>
                <bdi>{name}</bdi>
                {mark !== undefined && <span class="said-mark"> {mark}</span>}
                {isFirst ? "" : ":"}
              </span>
            )}
            <MessageText text={text.replace(BLANK_LINES, "\n\n\n")} meta={meta} tabIndex={-1} />
          </div>
        </div>
        {(status === "refused" || status === "unsure") && (
          <div class="message-refused">
            <p>
              {status === "refused"
                ? `Not said. ${refusedText(message.problem)}`
                : "The connection was lost just then: it may have been said, or not."}
            </p>
            <button type="button" class="tool" onClick={() => onAgain(message)}>
              {status === "refused" ? "Try again" : "Say it again"}
            </button>
          </div>
        )}
      </li>
    );
  }
}
