// A quiet line above the content while the connection is lost.

import { useHasNetwork } from "../online.ts";
import type { Route } from "../router.ts";
import { useSession } from "../session.ts";

const USUAL_TEXT = "What is on this device is here; meeting someone needs the network.";
const TEXTS: Partial<Readonly<Record<Route["view"], string>>> = {
  chats: "What you write goes later.",
  tap: "Your code works without one: let them scan it.",
};

export function ConnectionBanner({ view }: { readonly view: Route["view"] }) {
  const connection = useSession((state) => state.connection);
  const hasNetwork = useHasNetwork();
  return (
    <div role="status">
      {/* A room says so itself. */}
      {(connection === "offline" || !hasNetwork) && view !== "room" && (
        <p class="banner" data-kind="offline">
          No connection. {TEXTS[view] ?? USUAL_TEXT}
        </p>
      )}
    </div>
  );
}
