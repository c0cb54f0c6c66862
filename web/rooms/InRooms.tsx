// What the page says of rooms wherever one is: who asks to step aside, whom one has asked, and the rooms that one is in
// while something else is shown.

import "../styles/rooms.css";
import { useEffect } from "preact/hooks";
import { AboveSheet } from "../components/AboveSheet.tsx";
import { paths } from "../router.ts";
import { useStore } from "../store.ts";
import { goBackIn } from "./comingBack.ts";
import { Invitations } from "./Invitations.tsx";
import { LostBar, StayBar } from "./RoomBars.tsx";
import { stays } from "./stays.ts";
import { wasIn } from "./wasIn.ts";
import { countText } from "./words.ts";

interface InRoomsProps {
  /** Of the room that is shown; null where something else is. */
  readonly roomId: string | null;
}

const MOST = 3;

export function InRooms({ roomId }: InRoomsProps) {
  const present = useStore(stays.store, (state) => state.stays);
  const { rooms, returning } = useStore(wasIn.store, (state) => state);
  useEffect(() => void goBackIn(), []);
  const lost = rooms.filter(
    (room) =>
      room.roomId !== roomId &&
      !returning.includes(room.roomId) &&
      stays.find(room.roomId) === null,
  );
  const shown = present.find((stay) => stay.roomId === roomId);
  // A room for two leads back to where both came from by itself.
  const elsewhere = present.filter((stay) => stay !== shown && stay !== shown?.parent);
  return (
    <>
      <AboveSheet isFirst>
        <Invitations />
      </AboveSheet>
      {elsewhere.slice(0, MOST).map((stay) => (
        <StayBar key={stay.roomId} stay={stay} />
      ))}
      {lost.slice(0, MOST).map((room) => (
        <LostBar key={room.roomId} room={room} />
      ))}
      {elsewhere.length > MOST && (
        <p class="banner" data-kind="room">
          <a href={paths.rooms}>
            {countText(elsewhere.length - MOST, "other room")} that you are in
          </a>
        </p>
      )}
    </>
  );
}
