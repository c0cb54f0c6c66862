// What the page says of rooms wherever one is: who asks to step aside, whom one has asked, and the rooms that one is in
// while something else is shown.

import "../styles/rooms.css";
import { useEffect } from "preact/hooks";
import type { Invitation } from "../../shared/client/index.ts";
import { notify } from "../announcements.ts";
import { clockText, useSecondsUntil } from "../clock.ts";
import { problemText } from "../problems.ts";
import { paths } from "../router.ts";
import { useStore } from "../store.ts";
import type { Stay } from "./stay.ts";
import { stays } from "./stays.ts";
import { countText } from "./words.ts";

interface InRoomsProps {
  /** Of the room that is shown; null where something else is. */
  readonly roomId: string | null;
}

const MOST = 3;

export function InRooms({ roomId }: InRoomsProps) {
  const present = useStore(stays.store, (state) => state.stays);
  const shown = present.find((stay) => stay.roomId === roomId);
  // A room for two leads back to where both came from by itself.
  const elsewhere = present.filter((stay) => stay !== shown && stay !== shown?.parent);
  return (
    <>
      <div class="banners-waiting" role="status">
        {present.map((stay) => (
          <Invitations key={stay.roomId} stay={stay} />
        ))}
      </div>
      {elsewhere.slice(0, MOST).map((stay) => (
        <StayBar key={stay.roomId} stay={stay} />
      ))}
      {elsewhere.length > MOST && (
        <p class="banner" data-kind="room">
          <a href={paths.rooms}>
            {countText(elsewhere.length - MOST, "other room")} that you are in
          </a>
        </p>
      )}
    </>
  );
}

function Invitations({ stay }: { readonly stay: Stay }) {
  const { invitations, me } = useStore(stay.store, (all) => all);
  return (
    <>
      {invitations.map((invitation) =>
        invitation.from === me?.userId ? (
          <Asked key={invitation.invitationId} stay={stay} invitation={invitation} />
        ) : (
          <Offer key={invitation.invitationId} stay={stay} invitation={invitation} />
        ),
      )}
    </>
  );
}

interface InvitationProps {
  readonly stay: Stay;
  readonly invitation: Invitation;
}

function Offer({ stay, invitation }: InvitationProps) {
  const { invitationId, from, expiresAt } = invitation;
  const isBusy = useStore(stays.store, (state) => state.answering).includes(invitationId);
  const name = stay.nameOf(from) ?? "Somebody";
  return (
    <div class="banner asks offer" data-kind="meeting">
      <span class="asks-what">
        <strong>
          <bdi>{name}</bdi>
        </strong>{" "}
        asks you to step aside, just the two of you, out of <bdi>{stay.title}</bdi>.{" "}
        <TimeLeft until={expiresAt} />
      </span>
      <span class="banner-actions asks-actions">
        <button
          type="button"
          class="banner-action"
          disabled={isBusy}
          aria-label={`Accept: step aside with ${name}`}
          onClick={() => void stays.accept(stay, invitation)}
        >
          Accept
        </button>
        <button
          type="button"
          class="banner-action"
          disabled={isBusy}
          aria-label={`Not now: ${name}`}
          onClick={() => void stays.decline(stay, invitation)}
        >
          Not now
        </button>
      </span>
    </div>
  );
}

function Asked({ stay, invitation }: InvitationProps) {
  const { invitationId, to, expiresAt } = invitation;
  const isBusy = useStore(stays.store, (state) => state.answering).includes(invitationId);
  const name = stay.nameOf(to) ?? "Somebody";
  return (
    <p class="banner" data-kind="meeting">
      <span>
        <bdi>{name}</bdi> is asked to step aside with you. <TimeLeft until={expiresAt} />
      </span>
      <span class="banner-actions">
        <button
          type="button"
          class="banner-action"
          disabled={isBusy}
          aria-label={`Cancel the invitation to ${name}`}
          onClick={() => void stays.cancel(stay, invitation)}
        >
          Cancel
        </button>
      </span>
    </p>
  );
}

function TimeLeft({ until }: { readonly until: number }) {
  const left = useSecondsUntil(until);
  return (
    <span class="banner-time" aria-hidden="true">
      {clockText(left)}
    </span>
  );
}

function StayBar({ stay }: { readonly stay: Stay }) {
  const { state, unread, pair } = useStore(stay.store, (all) => all);
  const isWaiting = state === "waiting";
  // Let in while one looks at something else: that is worth a word.
  useEffect(
    () => () => {
      if (isWaiting && stay.store.state.state === "in" && location.hash !== paths.room(stay.roomId))
        notify(`You were let into ${stay.title}.`);
    },
    [isWaiting],
  );
  return (
    <p class="banner" data-kind="room">
      <a href={paths.room(stay.roomId)}>
        {isWaiting ? "Waiting at " : stay.parent === null ? "In " : "Aside with "}
        <bdi>{stay.title}</bdi>
      </a>
      {unread > 0 && (
        <span class="room-unread">
          {unread > 99 ? "99+" : unread} <span>new</span>
        </span>
      )}
      {state === "reconnecting" && <span class="banner-time">reconnecting…</span>}
      {pair !== null && stay.parent === null && stays.find(pair.roomId) === null && (
        <span class="banner-time">aside</span>
      )}
      <span class="banner-actions">
        <button
          type="button"
          class="banner-action"
          aria-label={`${isWaiting ? "Do not wait at" : "Leave"} ${stay.title}`}
          onClick={() => {
            stays.leave(stay).catch((error: unknown) => notify(problemText(error)));
          }}
        >
          {isWaiting ? "Do not wait" : "Leave"}
        </button>
      </span>
    </p>
  );
}
