// The address of a room: the room itself for whoever is in it, else what stands before it.

import "../styles/rooms.css";
import "../styles/room.css";
import "../styles/roomPeople.css";
import { useEffect, useLayoutEffect } from "preact/hooks";
import { Heading } from "../components/Heading.tsx";
import { forgetLinkedCode, useLinkedCode } from "../router.ts";
import { useStore } from "../store.ts";
import { setTitle } from "../title.ts";
import { Entrance } from "./Entrance.tsx";
import { keepToken } from "./linkTokens.ts";
import { RoomEnded } from "./RoomEnded.tsx";
import { RoomView } from "./RoomView.tsx";
import type { Stay } from "./stay.ts";
import { stays } from "./stays.ts";
import { WaitingRoom } from "./WaitingRoom.tsx";
import { wasIn } from "./wasIn.ts";

export function RoomPlace({ roomId }: { readonly roomId: string }) {
  const stay = useStore(stays.store, (state) => state.stays).find((one) => one.roomId === roomId);
  const isReturning = useStore(wasIn.store, (state) => state.returning).includes(roomId);
  useLinkOf(roomId);
  if (stay === undefined && isReturning) return <GoingBackIn roomId={roomId} />;
  if (stay === undefined) return <Entrance key={roomId} roomId={roomId} />;
  return <Inside key={roomId} stay={stay} />;
}

function GoingBackIn({ roomId }: { readonly roomId: string }) {
  const title = wasIn.find(roomId)?.title ?? "A room";
  useEffect(() => void setTitle(title), [title]);
  return (
    <section class="page rooms" aria-busy="true">
      <Heading subject="returning">{title}</Heading>
      <p class="lead" role="status">
        You were in here. Going back in…
      </p>
    </section>
  );
}

function Inside({ stay }: { readonly stay: Stay }) {
  const state = useStore(stay.store, (all) => all.state);
  const end = useStore(stay.store, (all) => all.end);
  // Whoever leaves the view of a room that is over is done with it.
  useEffect(
    () => () => {
      if (stay.store.state.state === "over") stays.forget(stay);
    },
    [stay],
  );
  if (state === "over") {
    const leaving = end ?? { kind: "left", leaving: "left" };
    const { roomId, title } = stay;
    const isLocked = stay.joined.room?.isLocked === true;
    return (
      <RoomEnded
        {...{ roomId, title, isLocked }}
        end={leaving}
        onAgain={() => stays.forget(stay)}
      />
    );
  }
  const isWaiting =
    state === "waiting" || (stay.store.state.me === null && state === "reconnecting");
  return isWaiting ? <WaitingRoom stay={stay} /> : <RoomView stay={stay} />;
}

/** Keeps what the link of this room held, which is out of the address already. */
function useLinkOf(roomId: string): void {
  const code = useLinkedCode("room");
  const own = code?.startsWith(`${roomId}/`) ? code.slice(roomId.length + 1) : null;
  useLayoutEffect(() => {
    if (own === null) return;
    keepToken(roomId, own);
    forgetLinkedCode();
  }, [own]);
}
