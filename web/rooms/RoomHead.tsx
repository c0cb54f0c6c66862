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
import { RoomIcon } from "./RoomIcon.tsx";
import type { Stay } from "./stay.ts";
import { stays } from "./stays.ts";
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
  const { stay, onPerson } = props;
  const { room, me, members, reports } = useStore(stay.store, (all) => all);
  const [isLeaving, setLeaving] = useState(false);
  const leave = () => stays.leave(stay).catch((error: unknown) => notify(problemText(error)));
  // The last one to look after a room is asked once more.
  const isOwner = me?.role === "owner";
  if (room?.kind === "pair") {
    const other = members.find(({ userId }) => userId !== me?.userId);
    return (
      <header class="chat-head room-head">
        <div class="chat-who">
          <Heading subject={stay.roomId}>{stay.title}</Heading>
          <p class="chat-more">{pairText(other?.isAway === true, other !== undefined)}</p>
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
        <button type="button" class="tool room-back" onClick={() => void leave()}>
          <RoomIcon name="leave" />
          <span>
            Back<span class="room-back-where"> to {stay.parent?.title ?? whereFrom(stay)}</span>
          </span>
        </button>
      </header>
    );
  }
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
              {occupancyText(members.length, room.capacity)}
              <span class="unseen"> people</span> · {joinedHow(room, me?.role ?? "member")}
            </>
          )}
        </p>
      </div>
      {!props.isPeopleShown && (
        <button
          type="button"
          class="tool"
          aria-haspopup="dialog"
          aria-label={`${countText(members.length, "person", "people")} in the room`}
          onClick={props.onPeople}
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
          onClick={props.onSteward}
        >
          <RoomIcon name="steward" />
        </button>
      )}
      <button
        type="button"
        class="round"
        aria-label="Leave the room"
        onClick={() => (isOwner ? setLeaving(true) : void leave())}
      >
        <RoomIcon name="leave" />
      </button>
      {isLeaving && (
        <ConfirmSheet
          title="Leave your room?"
          text="It goes on without you, and stays yours: you find it in the list of rooms. To end it for everybody, close it instead, under “Look after the room”."
          yes="Leave"
          no="Stay"
          work={() => stays.leave(stay)}
          onClose={() => setLeaving(false)}
        />
      )}
    </header>
  );
}

function whereFrom({ roomId }: Stay): string {
  return parents.of(roomId) === null ? "the rooms" : "the room";
}

function pairText(isAway: boolean, isThere: boolean): string {
  if (!isThere) return "on the way here…";
  return isAway ? "has lost the connection" : "just the two of you";
}
