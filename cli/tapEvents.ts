// What the client tells of touches, tables, badges and requests to become contacts. See events.ts.
import type {
  AskedContactRequest,
  GroupInfo,
  IncomingContactRequest,
  OwnBadge,
  Table,
  TapEvent,
  TappedPeer,
} from "../shared/client/node.ts";
import type { ContactEvent } from "./events.ts";

export type TouchEvent =
  /** The link is all that somebody needs to become a contact, for as long as it is good. */
  | { readonly event: "ticket"; readonly url: string; readonly expiresAt: number }
  /** Somebody has read this device's ticket, or another device of this account has tapped. */
  | { readonly event: "tapped"; readonly contact: Omit<ContactEvent, "event"> }
  | PeerEvent
  | ({ readonly event: "table" } & Table)
  | ({ readonly event: "group"; readonly left?: true } & GroupInfo)
  | { readonly event: "undone"; readonly userId: string; readonly name: string }
  | BadgeEvent
  | ({ readonly event: "contactRequest" } & IncomingContactRequest)
  | ({ readonly event: "contactAsked" } & AskedContactRequest)
  | Extract<TapEvent, { event: "contactRequestOver" }>;

/** What came of one ticket. `groupId` is there when several are in contact now. */
interface PeerEvent extends Omit<TappedPeer, "contact"> {
  readonly event: "tap";
  readonly name: string | null;
  readonly vouched: boolean;
  readonly undoUntil: number | null;
  readonly groupId: string | null;
}

/** `url` is null when there is none, or none any more. */
type BadgeEvent =
  | ({ readonly event: "badge"; readonly file?: string } & OwnBadge)
  | { readonly event: "badge"; readonly url: null };

export function peerEvent(peer: TappedPeer, groupId: string | null): PeerEvent {
  const { contact, ...rest } = peer;
  const isMade = peer.outcome === "established" || peer.outcome === "already";
  return {
    event: "tap",
    ...rest,
    name: contact?.name ?? null,
    vouched: contact?.vouched ?? false,
    undoUntil: contact?.undoUntil ?? null,
    groupId: isMade ? groupId : null,
  };
}
