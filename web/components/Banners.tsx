// Quiet lines above the content: the connection when it is lost, and a meeting that goes on while
// another view is open.

import { useEffect, useState } from "preact/hooks";
import { clockText, useSecondsUntil } from "../clock.ts";
import { isOver } from "../progress.ts";
import { paths, type Route } from "../router.ts";
import { session, useSession } from "../session.ts";
import { useStore } from "../store.ts";

export function ConnectionBanner() {
  const connection = useSession((state) => state.connection);
  const isOnline = useIsOnline();
  return (
    <div role="status">
      {(connection === "offline" || !isOnline) && (
        <p class="banner" data-kind="offline">
          No connection. Your contacts and cards are here; meeting someone needs the network.
        </p>
      )}
    </div>
  );
}

/** What the system says: it knows of a lost network before a socket does. */
function useIsOnline(): boolean {
  const [isOnline, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const follow = () => setOnline(navigator.onLine);
    addEventListener("online", follow);
    addEventListener("offline", follow);
    return () => {
      removeEventListener("online", follow);
      removeEventListener("offline", follow);
    };
  }, []);
  return isOnline;
}

export function MeetingBanner({ view }: { readonly view: Route["view"] }) {
  const progress = useStore(session.meetings.store, (state) => state.progress);
  const secondsLeft = useSecondsUntil(progress?.key?.expiresAt ?? 0);
  if (progress === null) return null;
  const home = progress.role === "initiator" ? "showKey" : "enterKey";
  if (view === home || (isOver(progress) && progress.contact === null)) return null;
  const isWaiting = progress.stage === "waiting";
  if (isWaiting && secondsLeft === 0) return null;
  return (
    <p class="banner" data-kind="meeting" role="status">
      <a href={paths[home]}>
        {progress.contact !== null
          ? `You met ${progress.contact.name}. See the card`
          : progress.role === "initiator" && isWaiting
            ? "Your key is still showing"
            : "Your meeting is under way"}
      </a>
      {isWaiting && <span aria-hidden="true">{clockText(secondsLeft)}</span>}
    </p>
  );
}
