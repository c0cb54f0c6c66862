// Why one is not in a room, or not any more, and what to do next.

import { useEffect, useMemo } from "preact/hooks";
import type { StayEnd } from "../../shared/client/index.ts";
import { useSecondsUntil } from "../clock.ts";
import { Heading } from "../components/Heading.tsx";
import { MeetingMark } from "../components/MeetingMark.tsx";
import { paths } from "../router.ts";
import { copy } from "../sharing.ts";
import { setTitle } from "../title.ts";
import { denials, drafts, parents } from "./keptHere.ts";
import { deniedText, endText } from "./words.ts";

interface RoomEndedProps {
  readonly roomId: string;
  readonly end: StayEnd;
  /** What the room is called; null where that is not known. */
  readonly title: string | null;
  /** Whether nobody new comes in just now, as far as one knows. */
  readonly isLocked?: boolean;
  readonly onAgain: () => void;
}

export function RoomEnded({ roomId, end, title, isLocked = false, onAgain }: RoomEndedProps) {
  const parentId = parents.of(roomId);
  const deniedUntil = useDenied(roomId, end);
  const isDenied = useSecondsUntil(deniedUntil ?? 0) > 0;
  const said =
    deniedUntil === null ? endText(end, isLocked) : deniedText(isDenied ? deniedUntil : null);
  const isOver = said.again === null && !isDenied;
  const draft = drafts.of(roomId);
  // Where one can come in again, it is still there to be said.
  useEffect(() => () => void (isOver && drafts.drop(roomId)), [isOver, roomId]);
  useEffect(() => void setTitle(said.title), [said.title]);
  return (
    <section class="page outcome rooms" data-outcome="failed">
      <MeetingMark closeness="apart" />
      <Heading subject={said.title}>{said.title}</Heading>
      <p class="lead">
        {title !== null && (
          <>
            <strong>
              <bdi>{title}</bdi>
            </strong>
            {". "}
          </>
        )}
        {said.text}
      </p>
      {draft !== null && (
        <div class="unsaid">
          <p class="field-help">You were writing:</p>
          <p class="unsaid-text" dir="auto">
            {draft}
          </p>
          <button type="button" class="tool" onClick={() => void copy(draft, "What you wrote")}>
            Copy it
          </button>
        </div>
      )}
      <div class="actions">
        {said.again !== null && (
          <button type="button" class="button primary" onClick={onAgain}>
            {said.again}
          </button>
        )}
        <a
          class={`button ${said.again === null ? "primary" : "quiet"}`}
          href={parentId === null ? paths.rooms : paths.room(parentId)}
        >
          {parentId === null ? "All rooms" : "Back to the room"}
        </a>
      </div>
    </section>
  );
}

/** Until when one is turned away, which a refusal soon after says as if it were for good. */
function useDenied(roomId: string, end: StayEnd): number | null {
  const reason = end.kind === "left" ? end.leaving : end.problem;
  return useMemo(() => {
    const until = Number(denials.of(roomId));
    if (reason === "denied") return until;
    return reason === "room-barred" && Date.now() < until ? until : null;
  }, [roomId, reason]);
}
