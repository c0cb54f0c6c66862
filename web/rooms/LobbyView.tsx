// The lobby: listed rooms by topic with who is in them now, one's own rooms, and the ways into others.

import "../styles/rooms.css";
import { useState } from "preact/hooks";
import type { RoomInfo } from "../../shared/client/index.ts";
import { Heading } from "../components/Heading.tsx";
import { Icon } from "../components/Icon.tsx";
import { problemText } from "../problems.ts";
import { paths } from "../router.ts";
import { session } from "../session.ts";
import { useStore } from "../store.ts";
import { EnterLink } from "./EnterLink.tsx";
import { useLobby, useOwnRooms } from "./lobby.ts";
import { type Entry, RoomList } from "./RoomList.tsx";
import type { Stay } from "./stay.ts";
import { stays } from "./stays.ts";
import { WHO_READS } from "./words.ts";

export function LobbyView() {
  const { value, problem } = useOwnRooms();
  const present = useStore(stays.store, (state) => state.stays);
  const yours = roomsOfOnes(value ?? [], present);
  return (
    <div class="page rooms">
      <div class="title-row">
        <Heading>Rooms</Heading>
        <a class="tool" href={paths.newRoom}>
          <Icon name="plus" /> Open a room
        </a>
      </div>
      <p class="lead">Talk with several at once, people whom you have not met among them.</p>
      <Yours rooms={yours} problem={problem} />
      <Listed yours={yours} />
      <EnterLink />
      <p class="field-help rooms-note">{WHO_READS}</p>
    </div>
  );
}

/** Those that one is in, counted as they are seen from inside, and those that one has opened. */
function roomsOfOnes(own: readonly RoomInfo[], present: readonly Stay[]): readonly Entry[] {
  const inside = present.flatMap(({ parent, store: { state } }): Entry[] =>
    state.room === null || state.me === null || parent !== null
      ? []
      : [{ ...state.room, occupancy: state.members.length }],
  );
  const others = own.filter(({ room }) => !inside.some(({ roomId }) => roomId === room.roomId));
  return [...inside, ...others.map(({ room, occupancy }) => ({ ...room, occupancy }))];
}

interface YoursProps {
  readonly rooms: readonly Entry[];
  readonly problem: unknown;
}

function Yours({ rooms, problem }: YoursProps) {
  if (rooms.length === 0 && problem === null) return null;
  return (
    <section class="rooms-part" aria-labelledby="own-rooms">
      <h2 id="own-rooms">Yours</h2>
      <p class="field-help">Rooms that you are in now, or have opened.</p>
      {problem !== null && (
        <p class="remark" role="status">
          Your own rooms could not be read. {problemText(problem)}
        </p>
      )}
      <RoomList entries={rooms} me={session.acquaint.me.userId} />
    </section>
  );
}

/** Those of one's own stand above, and are not shown again. */
function Listed({ yours }: { readonly yours: readonly Entry[] }) {
  const [topic, setTopic] = useState<string | null>(null);
  const { value, problem, readAgain } = useLobby(topic);
  const [topics, setTopics] = useState(value?.topics ?? []);
  // While another topic is being read, the topics stay where they are.
  if (value !== null && value.topics !== topics) setTopics(value.topics);
  const shown = topics.some((one) => one.topic === topic) || topic === null;
  const chips = shown ? topics : [...topics, { topic, rooms: 0, people: 0 }];
  const others = (value?.rooms ?? []).filter(
    ({ roomId }) => !yours.some((one) => one.roomId === roomId),
  );
  const empty = others.filter(({ occupancy }) => occupancy === 0);
  const areAllYours = others.length === 0 && (value?.rooms.length ?? 0) > 0;
  return (
    <section class="rooms-part" aria-labelledby="listed-rooms">
      <h2 id="listed-rooms">Open now</h2>
      {chips.length > 0 && (
        <div class="chips" role="group" aria-label="Topics">
          <Chip label="All" isOn={topic === null} onPress={() => setTopic(null)} />
          {chips.map((one) => (
            <Chip
              key={one.topic}
              label={one.topic}
              count={one.rooms}
              isOn={topic === one.topic}
              onPress={() => setTopic(one.topic)}
            />
          ))}
        </div>
      )}
      {problem !== null && (
        <p class="remark" data-kind="warning" role="alert">
          {value === null ? "The rooms could not be read." : "This list may be out of date."}{" "}
          {problemText(problem)}{" "}
          <button type="button" class="tool" onClick={readAgain}>
            Try again
          </button>
        </p>
      )}
      {value === null && problem === null && (
        <p class="lead" role="status">
          Looking which rooms are open…
        </p>
      )}
      {value !== null && value.rooms.length === 0 && <NoRooms topic={topic} />}
      {areAllYours && (
        <p class="remark">
          {topic === null
            ? "No rooms are listed but those of yours, above."
            : "No rooms of this topic are listed but those of yours, above."}
        </p>
      )}
      <RoomList entries={others.filter(({ occupancy }) => occupancy > 0)} />
      {empty.length > 0 && (
        <>
          <h3 class="rooms-empty">Nobody is in these now</h3>
          <RoomList entries={empty} />
        </>
      )}
    </section>
  );
}

function NoRooms({ topic }: { readonly topic: string | null }) {
  return (
    <div class="rooms-none">
      <p>
        {topic === null
          ? "No room is listed at the moment. Open one yourself, and others find it here."
          : "No room of this topic is listed any more."}
      </p>
      <a class="button quiet" href={paths.newRoom}>
        Open a room
      </a>
    </div>
  );
}

interface ChipProps {
  readonly label: string;
  readonly count?: number;
  readonly isOn: boolean;
  readonly onPress: () => void;
}

function Chip({ label, count, isOn, onPress }: ChipProps) {
  return (
    <button type="button" class="chip" aria-pressed={isOn} onClick={onPress}>
      <bdi>{label}</bdi>
      {count !== undefined && count > 0 && (
        <span class="chip-count">
          {count}
          <span class="unseen">{count === 1 ? " room" : " rooms"}</span>
        </span>
      )}
    </button>
  );
}
