// Quiet lines for requests that are not in the sheet: put off and still waiting, an answer under way,
// or missed.

import type { IncomingRequest } from "../../shared/client/index.ts";
import { clockText, momentText, useSecondsUntil } from "../clock.ts";
import { go, paths } from "../router.ts";
import { session } from "../session.ts";
import { useStore } from "../store.ts";
import { Icon } from "./Icon.tsx";

const MOST_MISSED = 3;

export function RequestBanners() {
  const { incoming } = session;
  const { waiting, isAside, missed } = useStore(incoming.store, (state) => state);
  const postponed = waiting.filter(({ isPostponed }) => isPostponed);
  return (
    <>
      <div class="banners-waiting" role="status">
        {isAside && (
          <p class="banner" data-kind="meeting">
            <button type="button" class="banner-action" onClick={() => incoming.takeUpAnswer()}>
              Your answer is under way
            </button>
          </p>
        )}
        {postponed.map((request) => (
          <Postponed key={request.sid} request={request} />
        ))}
      </div>
      <div role="status">
        {missed.slice(-MOST_MISSED).map(({ sid, from, name, openedAt }) => (
          <p key={sid} class="banner" data-kind="missed">
            <span>
              {name} asked to meet {momentText(openedAt)}.
            </span>
            <span class="banner-actions">
              <button
                type="button"
                class="banner-action"
                onClick={() => {
                  incoming.forgetMissed(from);
                  go(paths.askContact(from));
                }}
              >
                Ask {name}
              </button>
              <button
                type="button"
                class="banner-action"
                aria-label={`Dismiss: ${name} asked to meet`}
                onClick={() => {
                  incoming.forgetMissed(from);
                  document.getElementById("content")?.focus({ preventScroll: true });
                }}
              >
                <Icon name="close" />
              </button>
            </span>
          </p>
        ))}
      </div>
    </>
  );
}

function Postponed({ request }: { readonly request: IncomingRequest }) {
  const { sid, name, expiresAt } = request;
  const secondsLeft = useSecondsUntil(expiresAt);
  return (
    <p class="banner" data-kind="meeting">
      <span>
        {name} waits for your answer{" "}
        <span class="banner-time" aria-hidden="true">
          {clockText(secondsLeft)}
        </span>
      </span>
      <span class="banner-actions">
        <button type="button" class="banner-action" onClick={() => session.incoming.takeUp(sid)}>
          Answer<span class="unseen"> {name}</span>
        </button>
      </span>
    </p>
  );
}
