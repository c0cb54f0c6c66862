// Everything that the client tells, as data. `--json` prints these objects as they are; people get
// them rendered. A meeting's events are those of the SDK.
import type {
  Card,
  Contact,
  IncomingRequest,
  Me,
  MeetingEvent,
  OverRequest,
} from "../shared/client/node.ts";

export type CliEvent =
  | Exclude<MeetingEvent, { event: "card" | "key" | "failed" }>
  | KeyEvent
  | FailedEvent
  | CardEvent
  | ({ readonly event: "whoami"; readonly server: string; readonly home: string } & Me)
  | ({ readonly event: "profile" } & Me)
  | ContactEvent
  | BlockedEvent
  | RequestEvent
  | RequestOverEvent
  | { readonly event: "passphrase"; readonly passphrase: string }
  | { readonly event: "recoveryPhrase"; readonly recoveryPhrase: string | null }
  | { readonly event: "help"; readonly text: string }
  | { readonly event: "version"; readonly version: string };

/** `code` is the spelling that was asked for; `words` is there when that is the one in digits. */
export type KeyEvent = Extract<MeetingEvent, { event: "key" }> & { readonly words?: string };

/** `byYou`: this run has cancelled. */
type FailedEvent = Extract<MeetingEvent, { event: "failed" }> & { readonly byYou?: true };

interface CardEvent {
  readonly event: "card";
  readonly card: Card | null;
  readonly problem: string | null;
  /** Where `--out` has put it; null when nothing was written. */
  readonly file: string | null;
}

/** One contact. `removed` and `card` are there only when they are what was asked for. */
export interface ContactEvent extends Omit<Contact, "card"> {
  readonly event: "contact";
  readonly removed?: true;
  readonly card?: Card | null;
  readonly file?: string;
}

/** Someone asks this account to meet. */
export interface RequestEvent extends Omit<IncomingRequest, "isPostponed"> {
  readonly event: "request";
}

export function requestEvent(request: IncomingRequest): RequestEvent {
  const { isPostponed: _, ...rest } = request;
  return { event: "request", ...rest };
}

/** A request needs no answer anymore. `byYou`: this run has refused it, or blocked its asker. */
export interface RequestOverEvent extends Omit<OverRequest, "openedAt"> {
  readonly event: "requestOver";
  /** When it was made, by the server's clock; left out with `byYou`. */
  readonly openedAt?: number;
  readonly byYou?: true;
}

/** An account that is blocked, or was until now; contacts have a name. */
interface BlockedEvent {
  readonly event: "blocked";
  readonly userId: string;
  readonly name: string | null;
  readonly blocked: boolean;
}

/** A contact as lists show it: without the card, which may weigh 64 KiB. */
export function contactEvent(contact: Contact): ContactEvent {
  const { card: _, ...rest } = contact;
  return { event: "contact", ...rest };
}
