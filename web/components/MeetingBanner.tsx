// A quiet line above the content for a meeting that goes on while another view is open.

import { clockText, useSecondsUntil } from "../clock.ts";
import { explainFailure } from "../endings.ts";
import type { Progress } from "../progress.ts";
import { paths, type Route } from "../router.ts";
import { session } from "../session.ts";
import { useStore } from "../store.ts";

const HOMES = {
  showKey: { view: "showKey", path: paths.showKey, waits: "Your key is still showing" },
  enterKey: { view: "enterKey", path: paths.enterKey, waits: null },
  ask: { view: "ask", path: paths.ask, waits: "Your request still waits" },
  enterPassphrase: { view: "enterPassphrase", path: paths.enterPassphrase, waits: null },
  answer: { view: null, path: paths.meet, waits: null },
} as const;

export function MeetingBanner({ view }: { readonly view: Route["view"] }) {
  const progress = useStore(session.meetings.store, (state) => state.progress);
  const until = progress?.key?.expiresAt ?? progress?.asked?.expiresAt ?? 0;
  const secondsLeft = useSecondsUntil(until);
  if (progress === null) return null;
  const home = HOMES[progress.way];
  if (view === home.view) return null;
  const isWaiting = progress.stage === "waiting";
  // A key that ran out is not worth a word; an answer that did not come is.
  if (isWaiting && secondsLeft === 0 && progress.way === "showKey") return null;
  if (progress.stage === "failed" && progress.way !== "ask") return null;
  return (
    <p class="banner" data-kind="meeting" role="status">
      <a href={home.path}>{textOf(progress, isWaiting ? home.waits : null)}</a>
      {isWaiting && <span aria-hidden="true">{clockText(secondsLeft)}</span>}
    </p>
  );
}

function textOf(progress: Progress, waits: string | null): string {
  if (progress.contact !== null) return `You met ${progress.contact.name}. See the card`;
  if (progress.stage === "failed") return `${explainFailure(progress).title}. What now?`;
  return waits ?? "Your meeting is under way";
}
