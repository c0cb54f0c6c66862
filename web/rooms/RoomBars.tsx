// The lines about rooms while something else is shown: those that one is in or waits at, and those into which this window
// has not come back.

import { useEffect, useState } from "preact/hooks";
import { notify } from "../announcements.ts";
import { Icon } from "../components/Icon.tsx";
import { problemText } from "../problems.ts";
import { paths } from "../router.ts";
import { useStore } from "../store.ts";
import { waitingText } from "./asking.ts";
import { comeBackTo } from "./comingBack.ts";
import type { Stay } from "./stay.ts";
import { stays } from "./stays.ts";
import { type WasIn, wasIn } from "./wasIn.ts";

export function StayBar({ stay }: { readonly stay: Stay }) {
  const all = useStore(stay.store, (now) => now);
  const { state, pair } = all;
  const isWaiting = state === "waiting";
  const waiting = waitingText(all);
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
      {waiting !== "" && <span class="room-unread">{waiting}</span>}
      <Unread stay={stay} />
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

/** How much is said in a room that is not shown. */
export function Unread({ stay }: { readonly stay: Stay }) {
  const unread = useStore(stay.store, (all) => all.unread);
  if (unread === 0) return null;
  return (
    <span class="room-unread">
      {unread > 99 ? "99+" : unread} <span>new</span>
    </span>
  );
}

/** A room that this window was in before it was loaded anew, and into which it has not come back. */
export function LostBar({ room }: { readonly room: WasIn }) {
  const { roomId, title, isWaiting } = room;
  const [isBusy, setBusy] = useState(false);
  const comeBack = () => {
    setBusy(true);
    void comeBackTo(room).finally(() => setBusy(false));
  };
  return (
    <p class="banner" data-kind="room">
      <a href={paths.room(roomId)}>
        {isWaiting ? "You waited at " : "You were in "}
        <bdi>{title}</bdi>
      </a>
      <span class="banner-actions">
        <button
          type="button"
          class="banner-action"
          disabled={isBusy}
          aria-label={isWaiting ? `Ask again at ${title}` : `Come back into ${title}`}
          onClick={comeBack}
        >
          {isWaiting ? "Ask again" : "Come back"}
        </button>
        <button
          type="button"
          class="banner-action"
          aria-label={`Dismiss: ${title}`}
          onClick={() => {
            wasIn.drop(roomId);
            document.getElementById("content")?.focus({ preventScroll: true });
          }}
        >
          <Icon name="close" />
        </button>
      </span>
    </p>
  );
}
