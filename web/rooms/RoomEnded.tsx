// Why one is not in a room, or not any more, and what to do next.

import { useEffect } from "preact/hooks";
import type { StayEnd } from "../../shared/client/index.ts";
import { Heading } from "../components/Heading.tsx";
import { MeetingMark } from "../components/MeetingMark.tsx";
import { paths } from "../router.ts";
import { setTitle } from "../title.ts";
import { parents } from "./keptHere.ts";
import { endText } from "./words.ts";

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
  const said = endText(end, isLocked);
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
