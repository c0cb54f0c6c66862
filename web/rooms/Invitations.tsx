// Who asks to step aside, and whom one has asked. Their time runs, so they stand above whatever is open; of many, those
// who have asked first.

import { useEffect, useState } from "preact/hooks";
import type { Invitation } from "../../shared/client/index.ts";
import { clockText, useSecondsUntil } from "../clock.ts";
import { useAnswersFocus } from "../components/answersFocus.ts";
import { FoldedLine } from "../components/FoldedLine.tsx";
import { useSteadyAnswers } from "../components/steadyAnswers.ts";
import { useStore } from "../store.ts";
import { NARROW, useIsCramped, useMedia } from "../windowRoom.ts";
import type { Stay } from "./stay.ts";
import { stays } from "./stays.ts";
import { useMark } from "./useMark.ts";

/** The next comes as one of these is answered. */
const MOST = 2;

interface InvitationProps {
  readonly stay: Stay;
  readonly invitation: Invitation;
}

export function Invitations() {
  const place = useAnswersFocus();
  useSteadyAnswers(place);
  const { offers, asked } = useInvitations();
  const isCramped = useIsCramped();
  const most = useMedia(NARROW) ? 1 : MOST;
  const folded = isCramped ? offers : [];
  const shown = isCramped ? [] : offers.slice(0, most);
  const more = offers.length - folded.length - shown.length;
  return (
    <div ref={place} class="banners-waiting" role="status">
      <Folded offers={folded} />
      {shown.map((one) => (
        <Offer key={one.invitation.invitationId} {...one} />
      ))}
      {more > 0 && (
        <p class="banner" data-kind="meeting">
          <span>{more === 1 ? "And 1 more asks" : `And ${more} more ask`} you to step aside.</span>
          <span class="banner-actions">
            <button
              type="button"
              class="banner-action"
              onClick={() => {
                for (const { stay, invitation } of offers) void stays.decline(stay, invitation);
              }}
            >
              Not now to all
            </button>
          </span>
        </p>
      )}
      {asked.map((one) => (
        <Asked key={one.invitation.invitationId} {...one} />
      ))}
    </div>
  );
}

/** Those of all rooms that this page is in; others' by how long they wait. */
function useInvitations() {
  const present = useStore(stays.store, (state) => state.stays);
  const all = present.flatMap((stay) =>
    stay.store.state.invitations.map((invitation): InvitationProps => ({ stay, invitation })),
  );
  const [, setIds] = useState("");
  useEffect(() => {
    const follow = () => setIds(present.flatMap(idsIn).join(" "));
    follow();
    const ends = present.map(({ store }) => store.subscribe(follow));
    return () => {
      for (const end of ends) end();
    };
  }, [present]);
  const isOwn = ({ stay, invitation }: InvitationProps) =>
    invitation.from === stay.joined.me?.userId;
  const offers = all
    .filter((one) => !isOwn(one))
    .toSorted((one, other) => one.invitation.expiresAt - other.invitation.expiresAt);
  return { offers, asked: all.filter(isOwn) };
}

function idsIn({ store }: Stay): readonly string[] {
  return store.state.invitations.map(({ invitationId }) => invitationId);
}

function Folded({ offers }: { readonly offers: readonly InvitationProps[] }) {
  const [first] = offers;
  if (first === undefined) return null;
  const { stay, invitation } = first;
  return (
    <FoldedLine what="who asks you to step aside">
      {offers.length === 1 ? (
        <>
          <bdi>{stay.nameOf(invitation.from) ?? "Somebody"}</bdi> asks you to step aside.{" "}
        </>
      ) : (
        `${offers.length} ask you to step aside. `
      )}
      <TimeLeft until={invitation.expiresAt} />
    </FoldedLine>
  );
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
        <Mark stay={stay} userId={from} />
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
        <bdi>{name}</bdi> <Mark stay={stay} userId={to} />
        is asked to step aside with you. <TimeLeft until={expiresAt} />
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

function Mark({ stay, userId }: { readonly stay: Stay; readonly userId: string }) {
  const mark = useMark(stay, userId);
  return mark === undefined ? null : <span class="said-mark">({mark}) </span>;
}

function TimeLeft({ until }: { readonly until: number }) {
  const left = useSecondsUntil(until);
  return (
    <span class="banner-time" aria-hidden="true">
      {clockText(left)}
    </span>
  );
}
