// Those who wait to be let in, for whoever looks after the room.

import { useState } from "preact/hooks";
import { notify } from "../announcements.ts";
import { useAnswersFocus } from "../components/answersFocus.ts";
import { useSteadyAnswers } from "../components/steadyAnswers.ts";
import { problemText } from "../problems.ts";
import { session } from "../session.ts";
import { useStore } from "../store.ts";
import type { Stay } from "./stay.ts";
import { countText, plain } from "./words.ts";

interface KnockingProps {
  readonly stay: Stay;
  readonly most: number;
  readonly onMore: () => void;
}

export function Knocking({ stay, most, onMore }: KnockingProps) {
  const knocking = useStore(stay.store, (all) => all.knocking);
  const place = useAnswersFocus();
  useSteadyAnswers(place);
  const [busy, setBusy] = useState<string | null>(null);
  const answer = async (userId: string, act: "admit" | "deny") => {
    setBusy(userId);
    try {
      await session.acquaint.rooms.moderate(stay.roomId, act, userId);
    } catch (error) {
      notify(problemText(error));
    } finally {
      setBusy(null);
    }
  };
  const more = knocking.length - most;
  return (
    <div ref={place} class="knocking">
      {knocking.slice(0, most).map(({ userId, name, handle }) => (
        <div key={userId} class="strip">
          <span>
            <strong>
              <bdi>{plain(name)}</bdi>
            </strong>
            {handle !== null && <bdi> (@{handle})</bdi>} would like to come in
          </span>
          <span class="strip-actions">
            <button
              type="button"
              class="tool"
              disabled={busy === userId}
              aria-label={`Let in: ${plain(name)}`}
              onClick={() => void answer(userId, "admit")}
            >
              Let in
            </button>
            <button
              type="button"
              class="tool"
              disabled={busy === userId}
              aria-label={`Not now: ${plain(name)}`}
              onClick={() => void answer(userId, "deny")}
            >
              Not now
            </button>
          </span>
        </div>
      ))}
      {more > 0 && (
        <p class="strip">
          <span>{countText(more, "other waits", "others wait")}, too</span>
          <button type="button" class="tool" onClick={onMore}>
            Show all
          </button>
        </p>
      )}
    </div>
  );
}
