// The room that one is in: who is there, what is said, and where to say something.

import { useEffect, useRef, useState } from "preact/hooks";
import { SEAT_KEPT_SECONDS } from "../../shared/client/index.ts";
import { useAttention, useVisibleHeight } from "../chat/attention.ts";
import { useSecondsUntil } from "../clock.ts";
import { useKeptFocus } from "../components/keptFocus.ts";
import { useHasNetwork } from "../online.ts";
import { useStore } from "../store.ts";
import { setTitle } from "../title.ts";
import { useMedia } from "../windowRoom.ts";
import { Knocking } from "./Knocking.tsx";
import { People } from "./People.tsx";
import { PeopleSheet } from "./PeopleSheet.tsx";
import { PersonSheet } from "./PersonSheet.tsx";
import { RoomComposer } from "./RoomComposer.tsx";
import { RoomHead } from "./RoomHead.tsx";
import { RoomLog } from "./RoomLog.tsx";
import { RoomNews } from "./RoomNews.tsx";
import type { Stay } from "./stay.ts";
import { stays } from "./stays.ts";
import { StewardSheet } from "./StewardSheet.tsx";

/** There is room for the people beside the talk. */
const WIDE = "(min-width: 60rem)";

type Open =
  | { readonly is: "people" | "steward" }
  | { readonly is: "person"; readonly userId: string };

export function RoomView({ stay }: { readonly stay: Stay }) {
  const state = useStore(stay.store, (all) => all);
  const [open, setOpen] = useState<Open | null>(null);
  const isWide = useMedia(WIDE);
  const isAttentive = useAttention();
  const title = stay.title;
  const element = useRef<HTMLElement>(null);
  useKeptFocus(element);
  const isPair = state.room?.kind === "pair";
  useVisibleHeight();
  useEffect(() => void setTitle(title), [title]);
  useEffect(() => {
    if (isAttentive) stay.seen();
  }, [isAttentive, stay]);
  const showPerson = (userId: string) => {
    if (userId !== state.me?.userId) setOpen({ is: "person", userId });
  };
  const close = () => setOpen(null);
  return (
    <section ref={element} class="room" data-wide={isWide && !isPair} aria-label={`Room: ${title}`}>
      <div class="chat">
        <RoomHead
          stay={stay}
          isPeopleShown={isWide || isPair}
          onPeople={() => setOpen({ is: "people" })}
          onSteward={() => setOpen({ is: "steward" })}
          onPerson={showPerson}
        />
        <Strips
          stay={stay}
          mostKnocking={isWide ? 2 : 1}
          onSteward={() => setOpen({ is: "steward" })}
        />
        <RoomLog stay={stay} onPerson={showPerson} />
        <RoomNews stay={stay} />
        <RoomComposer stay={stay} />
      </div>
      {isWide && !isPair && (
        <aside class="room-people" aria-label="People in the room">
          <People stay={stay} onPerson={showPerson} />
        </aside>
      )}
      {open?.is === "people" && <PeopleSheet stay={stay} onPerson={showPerson} onClose={close} />}
      {open?.is === "steward" && <StewardSheet stay={stay} onClose={close} />}
      {open?.is === "person" && <PersonSheet stay={stay} userId={open.userId} onClose={close} />}
    </section>
  );
}

interface StripsProps {
  readonly stay: Stay;
  readonly mostKnocking: number;
  readonly onSteward: () => void;
}

/** What one should know of the room just now, above what is said. */
function Strips({ stay, mostKnocking, onSteward }: StripsProps) {
  const { state, pair, knocking } = useStore(stay.store, (all) => all);
  const hasNetwork = useHasNetwork();
  return (
    <div class="strips" role="status">
      {(state === "reconnecting" || !hasNetwork) && <Lost />}
      {pair !== null && (
        <p class="strip">
          <span>
            You are aside with <bdi>{stay.nameOf(pair.with) ?? "somebody"}</bdi>. The others see
            that.
          </span>
          <button type="button" class="tool" onClick={() => void stays.enterPair(stay, pair)}>
            Go there
          </button>
        </p>
      )}
      {knocking.length > 0 && <Knocking stay={stay} most={mostKnocking} onMore={onSteward} />}
    </div>
  );
}

function Lost() {
  const [until] = useState(() => Date.now() + SEAT_KEPT_SECONDS * 1000);
  const isKept = useSecondsUntil(until) > 0;
  return (
    <p class="strip" data-kind="offline">
      {isKept
        ? `The connection is lost. Your place is kept for ${SEAT_KEPT_SECONDS} seconds, and this page comes back by itself.`
        : "The connection is lost for so long that your place may be gone. This page comes in again by itself as soon as it can."}
    </p>
  );
}
