// What the page says of rooms wherever one is: who asks to step aside, whom one has asked, and the rooms that one is in
// while something else is shown.

import "../styles/rooms.css";
import { useEffect } from "preact/hooks";
import type { Invitation } from "../../shared/client/index.ts";
import { clockText, useSecondsUntil } from "../clock.ts";
import { AboveSheet } from "../components/AboveSheet.tsx";
import { useAnswersFocus } from "../components/answersFocus.ts";
import { paths } from "../router.ts";
import { useStore } from "../store.ts";
import { goBackIn } from "./comingBack.ts";
import { LostBar, StayBar } from "./RoomBars.tsx";
import type { Stay } from "./stay.ts";
import { stays } from "./stays.ts";
import { wasIn } from "./wasIn.ts";
import { countText } from "./words.ts";

interface InRoomsProps {
  /** Of the room that is shown; null where something else is. */
  readonly roomId: string | null;
}

const MOST = 3;

export function InRooms({ roomId }: InRoomsProps) {
  const present = useStore(stays.store, (state) => state.stays);
  const { rooms, returning } = useStore(wasIn.store, (state) => state);
  useEffect(() => void goBackIn(), []);
  const lost = rooms.filter(
    (room) =>
      room.roomId !== roomId &&
      !returning.includes(room.roomId) &&
      stays.find(room.roomId) === null,
  );
  const shown = present.find((stay) => stay.roomId === roomId);
  // A room for two leads back to where both came from by itself.
  const elsewhere = present.filter((stay) => stay !== shown && stay !== shown?.parent);
  return (
    <>
      <AboveSheet>
        <AllInvitations />
      </AboveSheet>
      {elsewhere.slice(0, MOST).map((stay) => (
        <StayBar key={stay.roomId} stay={stay} />
      ))}
      {lost.slice(0, MOST).map((room) => (
        <LostBar key={room.roomId} room={room} />
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

function AllInvitations() {
  const present = useStore(stays.store, (state) => state.stays);
  return (
    <div ref={useAnswersFocus()} class="banners-waiting" role="status">
      {present.map((stay) => (
        <Invitations key={stay.roomId} stay={stay} />
      ))}
    </div>
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
