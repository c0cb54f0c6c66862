// Two presenters of the same events: one for people, one for programs. Commands know neither.
import type { CliError } from "./errors.ts";
import type { CliEvent } from "./events.ts";
import type { MeetingView } from "./meetingText.ts";
import { humanPresenter } from "./humanOutput.ts";
import { jsonLine, printable } from "./printable.ts";
import type { Terminal } from "./terminal.ts";

export interface Presenter {
  readonly json: boolean;
  /** A result or a step. @param meeting that the step belongs to */
  show(event: CliEvent, meeting?: MeetingView): void;
  /** A remark that is no result; it goes to stderr. */
  remark(text: string): void;
  /** What goes on, on a line of its own that rewrites itself; null when it is over. Terminals only. */
  progress(text: string | null): void;
  /** People see the ids of messages from now on; programs always do. */
  showIds(): void;
  /** People type in a room from now on, and are told the orders that answer what comes. */
  takesOrders(): void;
  /** The recovery phrase of a new account, where a person sees it. @returns whether it was shown */
  revealRecoveryPhrase(phrase: string): boolean;
  fail(error: CliError): void;
  /** Ends what is live on the screen, such as a countdown. */
  close(): void;
}

export function presenterOf(json: boolean, out: Terminal, errors: Terminal): Presenter {
  return json ? jsonPresenter(out, errors) : humanPresenter(out, errors);
}

/** One event a line on stdout, and nothing else there. */
function jsonPresenter(out: Terminal, errors: Terminal): Presenter {
  return {
    json: true,
    show: (event) => out.write(`${jsonLine(event)}\n`),
    remark: (text) => errors.write(`acquaint: ${printable(text)}\n`),
    progress() {},
    showIds() {},
    takesOrders() {},
    // Output for programs ends up in logs, and a secret must not.
    revealRecoveryPhrase: () => false,
    fail({ code, message, details }) {
      out.write(`${jsonLine({ event: "error", code, message, ...details })}\n`);
    },
    close() {},
  };
}
