// The link of a room, to be handed to others; where people join by it, a new one can be made.

import { notify } from "../announcements.ts";
import { Icon } from "../components/Icon.tsx";
import { session } from "../session.ts";
import { canShare, copy, share } from "../sharing.ts";
import { useStore } from "../store.ts";
import { keepTokenOf, linkOf, useToken } from "./linkTokens.ts";
import { RoomIcon } from "./RoomIcon.tsx";
import type { Stay } from "./stay.ts";
import { Problem, useWork } from "./work.tsx";

interface LinkPartProps {
  readonly stay: Stay;
  readonly isOwner: boolean;
  /** To hand it out alone: a new one is offered where there is none. */
  readonly isBrief?: boolean;
}

export function LinkPart({ stay, isOwner, isBrief = false }: LinkPartProps) {
  const room = useStore(stay.store, (all) => all.room);
  const token = useToken(stay.roomId);
  const { isBusy, problem, run } = useWork();
  const isByLink = room?.admission === "link";
  const url = linkOf(stay.roomId, isByLink ? token : null);
  const renew = () =>
    run(async () => {
      const made = await session.acquaint.rooms.renewLink(stay.roomId);
      keepTokenOf(made.url);
      notify("The room has a new link. The one before leads nowhere now.");
    });
  return (
    <section class="stack-small" aria-label="The link of the room">
      {isByLink && token === null ? (
        <p class="field-help">
          {isOwner
            ? "The link is told once, and this page does not have it. A new one can be made; the one before then leads nowhere."
            : "This page does not have the link; whoever has opened the room can hand it on."}
        </p>
      ) : (
        <p class="field-help">
          {isByLink
            ? `Whoever has the link comes in. Hand it to those alone whom you want here.${
                isOwner
                  ? ""
                  : " If it is refused, it was replaced: ask whoever has opened the room."
              }`
            : "By the link people find the room, whether it is listed or not."}
        </p>
      )}
      {isByLink && token !== null && !isBrief && (
        <p class="link-text">
          <bdi>{url}</bdi>
        </p>
      )}
      <div class="link-tools">
        {(!isByLink || token !== null) && (
          <>
            <button type="button" class="tool" onClick={() => void copy(url, "The link")}>
              <Icon name="link" /> Copy link
            </button>
            {canShare && (
              <button type="button" class="tool" onClick={() => void share(stay.title, url)}>
                <Icon name="share" /> Share
              </button>
            )}
          </>
        )}
        {isByLink && isOwner && !(isBrief && token !== null) && (
          <button type="button" class="tool" disabled={isBusy} onClick={() => void renew()}>
            <RoomIcon name="again" /> Make a new link
          </button>
        )}
      </div>
      <Problem text={problem} />
    </section>
  );
}
