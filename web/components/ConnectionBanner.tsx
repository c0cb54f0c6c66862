// A quiet line above the content while the connection is lost.

import { useHasNetwork } from "../online.ts";
import type { Route } from "../router.ts";
import { useSession } from "../session.ts";

export function ConnectionBanner({ view }: { readonly view: Route["view"] }) {
  const connection = useSession((state) => state.connection);
  const hasNetwork = useHasNetwork();
  return (
    <div role="status">
      {(connection === "offline" || !hasNetwork) && (
        <p class="banner" data-kind="offline">
          {view === "chats"
            ? "No connection. What you write goes later."
            : "No connection. What is on this device is here; meeting someone needs the network."}
        </p>
      )}
    </div>
  );
}
