// A quiet line above the content while the connection is lost.

import { useEffect, useState } from "preact/hooks";
import type { Route } from "../router.ts";
import { useSession } from "../session.ts";

export function ConnectionBanner({ view }: { readonly view: Route["view"] }) {
  const connection = useSession((state) => state.connection);
  const isOnline = useIsOnline();
  return (
    <div role="status">
      {(connection === "offline" || !isOnline) && (
        <p class="banner" data-kind="offline">
          {view === "chats"
            ? "No connection. What you write goes later."
            : "No connection. What is on this device is here; meeting someone needs the network."}
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
