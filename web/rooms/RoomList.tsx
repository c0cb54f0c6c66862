// Rooms in a list, each with what one wants to know before going there.

import type { RoomRecord } from "../../shared/client/index.ts";
import { Icon } from "../components/Icon.tsx";
import { paths } from "../router.ts";
import { useStore } from "../store.ts";
import { RoomIcon } from "./RoomIcon.tsx";
import { stays } from "./stays.ts";
import { ADMISSIONS, joinedHow, occupancyText, plain } from "./words.ts";

export type Entry = Pick<
  RoomRecord,
  "roomId" | "title" | "topic" | "capacity" | "admission" | "isLocked" | "owner" | "operator"
> & { readonly occupancy: number };

interface RoomListProps {
  readonly entries: readonly Entry[];
  /** Whose own rooms are marked as such. */
  readonly me?: string;
}

export function RoomList({ entries, me }: RoomListProps) {
  const present = useStore(stays.store, (state) => state.stays);
  if (entries.length === 0) return null;
  return (
    <ul class="room-list" role="list">
      {entries.map((entry) => (
        <li key={entry.roomId}>
          <a class="room-entry" href={paths.room(entry.roomId)}>
            <span class="room-entry-who">
              <span class="room-entry-title">
                <bdi>{plain(entry.title)}</bdi>
              </span>
              <span class="room-entry-more">
                <Occupancy people={entry.occupancy} capacity={entry.capacity} />
                <span>{wayIn(entry, me)}</span>
                {entry.topic !== null && <bdi class="tag">{entry.topic}</bdi>}
                {entry.operator !== null && <span>by {plain(entry.operator)}</span>}
                {present.some(({ roomId }) => roomId === entry.roomId) && (
                  <span class="tag">you are in it</span>
                )}
                {entry.owner !== null && entry.owner === me && (
                  <span class="tag">opened by you</span>
                )}
              </span>
            </span>
            {entry.isLocked ? <RoomIcon name="lock" /> : <Icon name="forward" />}
          </a>
        </li>
      ))}
    </ul>
  );
}

function wayIn(entry: Entry, me: string | undefined): string {
  if (entry.owner !== null && entry.owner === me) return joinedHow(entry, "owner");
  if (entry.isLocked) return "locked";
  return entry.occupancy >= entry.capacity ? "full" : ADMISSIONS[entry.admission];
}

interface OccupancyProps {
  readonly people: number;
  readonly capacity: number;
}

export function Occupancy({ people, capacity }: OccupancyProps) {
  return (
    <span class="occupancy" data-empty={people === 0}>
      <Icon name="contacts" />
      <span>
        {occupancyText(people, capacity)}
        <span class="unseen"> people</span>
      </span>
    </span>
  );
}
