// Above the talk: which room it is, who is there, and the ways out.

import { useState } from "preact/hooks";
import { notify } from "../announcements.ts";
import { Heading } from "../components/Heading.tsx";
import { Icon } from "../components/Icon.tsx";
import { problemText } from "../problems.ts";
import { paths } from "../router.ts";
import { useStore } from "../store.ts";
import { ConfirmSheet } from "../tap/ConfirmSheet.tsx";
import { parents } from "./keptHere.ts";
import { Unread } from "./RoomBars.tsx";
import { RoomIcon } from "./RoomIcon.tsx";
import type { Stay } from "./stay.ts";
import { stays } from "./stays.ts";
import { useMark } from "./useMark.ts";
import { countText, joinedHow, occupancyText } from "./words.ts";

interface RoomHeadProps {
  readonly stay: Stay;
  /** Whether the people are in sight already. */
  readonly isPeopleShown: boolean;
  readonly onPeople: () => void;
  readonly onSteward: () => void;
  readonly onPerson: (userId: string) => void;
}

export function RoomHead(props: RoomHeadProps) {
  const room = useStore(props.stay.store, (all) => all.room);
  return room?.kind === "pair" ? <PairHead {...props} /> : <OpenHead {...props} />;
}

/** Of a room for two, which leads back to where both came from. */
function PairHead({ stay, onPerson }: RoomHeadProps) {
  const { me, members } = useStore(stay.store, (all) => all);
  const other = members.find(({ userId }) => userId !== me?.userId);
  const mark = useMark(stay, other?.userId);
  return (
    <header class="chat-head room-head">
      <div class="chat-who">
        <Heading subject={stay.roomId}>{stay.title}</Heading>
        <p class="chat-more">
          {mark !== undefined && `${mark} · `}
          {pairText(other?.isAway === true, other !== undefined)}
        </p>
      </div>
      {other !== undefined && (
        <button
          type="button"
          class="round"
          aria-haspopup="dialog"
          aria-label={`About ${stay.title}`}
          onClick={() => onPerson(other.userId)}
        >
          <Icon name="you" />
        </button>
      )}
      <button type="button" class="tool room-back" onClick={() => leave(stay)}>
        <RoomIcon name="leave" />
        <span>
          Back<span class="room-back-where"> to {stay.parent?.title ?? whereFrom(stay)}</span>
        </span>
        {/* The others talk on. */}
        {stay.parent !== null && <Unread stay={stay.parent} />}
      </button>
    </header>
  );
}

/** Of all others. */
function OpenHead({ stay, isPeopleShown, onPeople, onSteward }: RoomHeadProps) {
  const { room, me, members, reports } = useStore(stay.store, (all) => all);
  const [isLeaving, setLeaving] = useState(false);
  // Whoever has opened a room is asked once more.
  const isOwner = me?.role === "owner";
  return (
    <header class="chat-head room-head">
      <a class="round chat-back" href={paths.rooms} aria-label="All rooms; you stay in this one">
        <Icon name="back" />
      </a>
      <div class="chat-who">
        <Heading subject={stay.roomId}>{stay.title}</Heading>
        <p class="chat-more">
          {room !== null && (
            <>
              <span class="room-head-count">
                {occupancyText(members.length, room.capacity)}
                <span class="unseen"> people</span> ·{" "}
              </span>
              {joinedHow(room, me?.role ?? "member")}
            </>
          )}
        </p>
      </div>
      {!isPeopleShown && (
        <button
          type="button"
          class="tool"
          aria-haspopup="dialog"
          aria-label={`${countText(members.length, "person", "people")} in the room`}
          onClick={onPeople}
        >
          <Icon name="contacts" /> {members.length}
        </button>
      )}
      {me !== null && me.role !== "member" && (
        <button
          type="button"
          class="round"
          aria-haspopup="dialog"
          aria-label={
            reports === 0
              ? "Look after the room"
              : `Look after the room: ${countText(reports, "report")} to read`
          }
          data-news={reports > 0}
          onClick={onSteward}
        >
          <RoomIcon name="steward" />
        </button>
      )}
      <button
        type="button"
        class="round"
        aria-label="Leave the room"
        onClick={() => (isOwner ? setLeaving(true) : leave(stay))}
      >
        <RoomIcon name="leave" />
      </button>
      {isLeaving && (
        <ConfirmSheet
          title="Leave your room?"
          text="It goes on without you, and stays yours: you find it in the list of rooms. To end it for everybody, close it instead, under “Look after the room”."
          yes="Leave"
          no="Stay"
          isDanger={false}
          work={() => stays.leave(stay)}
          onClose={() => setLeaving(false)}
        />
      )}
    </header>
  );
}

function leave(stay: Stay): void {
  stays.leave(stay).catch((error: unknown) => notify(problemText(error)));
}

function whereFrom({ roomId }: Stay): string {
  return parents.of(roomId) === null ? "the rooms" : "the room";
}

function pairText(isAway: boolean, isThere: boolean): string {
  if (!isThere) return "on the way here…";
  return isAway ? "has lost the connection" : "just the two of you";
}
