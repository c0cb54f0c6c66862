// Everything that the client tells, as data. `--json` prints these objects as they are; people get
// them rendered. A meeting's events are those of the SDK.
import type {
  AccountExport,
  Card,
  Comparison,
  Contact,
  DeviceInfo,
  IncomingRequest,
  Me,
  MeetingEvent,
  OverRequest,
} from "../shared/client/node.ts";
import type { TalkEvent } from "./messageEvents.ts";
import type { RoomCliEvent } from "./roomEvents.ts";
import type { TouchEvent } from "./tapEvents.ts";

export type CliEvent =
  | Exclude<MeetingEvent, { event: "card" | "key" | "failed" }>
  | KeyEvent
  | FailedEvent
  | CardEvent
  | ({ readonly event: "whoami"; readonly server: string; readonly home: string } & Me)
  | ({ readonly event: "profile" } & Me)
  | ContactEvent
  | BlockedEvent
  | SafetyPhraseEvent
  | ComparedEvent
  | RequestEvent
  | RequestOverEvent
  | TalkEvent
  | TouchEvent
  | RoomCliEvent
  | { readonly event: "passphrase"; readonly passphrase: string }
  | ExportedEvent
  | SavedEvent
  | { readonly event: "erased"; readonly userId: string }
  | DeviceEvent
  /** A device has entered the code, and waits to be let in. */
  | { readonly event: "applicant"; readonly userId: string; readonly name: string }
  /** This device has: the other is to let it in. */
  | { readonly event: "waiting" }
  | { readonly event: "joined"; readonly userId: string }
  | { readonly event: "handedOver"; readonly number: number }
  | { readonly event: "history"; readonly done: number; readonly total: number }
  | { readonly event: "recoveryPhrase"; readonly recoveryPhrase: string | null }
  | { readonly event: "help"; readonly text: string }
  | { readonly event: "version"; readonly version: string };

type DeviceEvent = DeviceInfo & { readonly event: "device"; readonly removed?: true };

/** `export` is there only when it was to be written to standard output. */
type ExportedEvent =
  | { readonly event: "exported"; readonly file: string }
  | { readonly event: "exported"; readonly file: null; readonly export: AccountExport };

/** The file of a message was written to the disk. */
interface SavedEvent {
  readonly event: "saved";
  readonly id: string;
  /** Its author. */
  readonly from: string;
  /** Where it is. */
  readonly file: string;
  readonly name: string;
  readonly type: string;
  readonly size: number;
}

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

/** One contact. `unread`, `removed` and `card` are there only when they are what was asked for. */
export interface ContactEvent extends Omit<Contact, "card"> {
  readonly event: "contact";
  /** Messages of theirs that are on this device and not read. */
  readonly unread?: number;
  readonly removed?: true;
  readonly card?: Card | null;
  readonly file?: string;
  /** Of the safety phrase. */
  readonly comparison?: Comparison;
}

/** Twelve words to be compared, and what is known of the last time. */
export type SafetyPhraseEvent = Comparison & {
  readonly event: "safetyPhrase";
  readonly userId: string;
  readonly name: string;
  readonly words: readonly string[];
  /** The tag of the list that they are from. */
  readonly language: string;
};

/** The words were compared, and are the same. */
type ComparedEvent = Comparison & {
  readonly event: "compared";
  readonly userId: string;
  readonly name: string;
};

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
