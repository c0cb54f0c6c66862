// The link of a room, to be handed to others; where people join by it, a new one can be made.

import { useState } from "preact/hooks";
import { notify } from "../announcements.ts";
import { Icon } from "../components/Icon.tsx";
import { paths } from "../router.ts";
import { session } from "../session.ts";
import { canShare, copy, share } from "../sharing.ts";
import { useStore } from "../store.ts";
import { keepTokenOf, tokenOf } from "./linkTokens.ts";
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
  const [token, setToken] = useState(() => tokenOf(stay.roomId));
  const { isBusy, problem, run } = useWork();
  const isByLink = room?.admission === "link";
  const url = urlOf(stay.roomId, isByLink ? token : null);
  const renew = () =>
    run(async () => {
      const made = await session.acquaint.rooms.renewLink(stay.roomId);
      keepTokenOf(made.url);
      setToken(tokenOf(stay.roomId));
      notify("The room has a new link. The one before leads nowhere now.");
    });
  return (
    <section class="stack-small" aria-label="The link of the room">
      {isByLink && token === null ? (
        <p class="field-help">
          The link is told once, and this page does not have it.
          {isOwner && " A new one can be made; the one before then leads nowhere."}
        </p>
      ) : (
        <p class="field-help">
          {isByLink
            ? "Whoever has the link comes in. Hand it to those alone whom you want here."
            : "By the link people find the room, whether it is listed or not."}
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

function urlOf(roomId: string, token: string | null): string {
  return `${location.origin}/${paths.room(roomId)}${token === null ? "" : `/${token}`}`;
}
