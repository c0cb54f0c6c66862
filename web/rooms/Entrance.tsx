// Before one goes into a room: what it is, who is in it, what one will be called, and who reads what is said.

import { useEffect, useState } from "preact/hooks";
import { ProblemError, type RoomInfo, RoomLinkError } from "../../shared/client/index.ts";
import { focusFault } from "../components/Field.tsx";
import { Heading } from "../components/Heading.tsx";
import { Icon } from "../components/Icon.tsx";
import { problemText } from "../problems.ts";
import { paths } from "../router.ts";
import { session } from "../session.ts";
import { useStore } from "../store.ts";
import { setTitle } from "../title.ts";
import { useToken, wayInto } from "./linkTokens.ts";
import { useRoomInfo } from "./lobby.ts";
import { isName, NameThere, nameThere } from "./NameThere.tsx";
import { lineOf } from "./roomDraft.ts";
import { RoomEnded } from "./RoomEnded.tsx";
import { Occupancy } from "./RoomList.tsx";
import { stays } from "./stays.ts";
import { wasIn } from "./wasIn.ts";
import { plain } from "./words.ts";
import { Problem } from "./work.tsx";

interface EntranceProps {
  readonly roomId: string;
}

type Refusal = ProblemError["code"];

export function Entrance({ roomId }: EntranceProps) {
  const { value: info, problem, readAgain } = useRoomInfo(roomId);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const token = useToken(roomId);
  // Whatever was refused before was another link.
  useEffect(() => {
    if (token !== null) setRefusal(null);
  }, [token]);
  const title = info === null ? null : plain(info.room.title);
  useEffect(() => void setTitle(title ?? "A room"), [title]);
  const isGone =
    problem instanceof RoomLinkError ||
    (problem instanceof ProblemError && problem.code === "room-unknown");
  const code = refusal ?? (isGone ? ("room-unknown" as const) : null);
  if (code !== null) {
    return (
      <RoomEnded
        roomId={roomId}
        end={{ kind: "refused", problem: code }}
        title={title}
        onAgain={() => {
          setRefusal(null);
          readAgain();
        }}
      />
    );
  }
  return (
    <section class="page rooms entrance" aria-busy={info === null && problem === null}>
      <a class="back" href={paths.rooms}>
        <Icon name="back" /> Rooms
      </a>
      <Heading subject={info === null ? "looking" : "found"}>{title ?? "A room"}</Heading>
      {info === null && problem === null && (
        <p class="lead" role="status">
          Looking what room it is…
        </p>
      )}
      {problem !== null && (
        <>
          <Problem text={problemText(problem)} />
          <div class="actions">
            <button type="button" class="button quiet" onClick={readAgain}>
              Try again
            </button>
          </div>
        </>
      )}
      {info !== null && (
        <BeforeOneGoesIn info={info} room={wayInto(roomId)} onRefused={setRefusal} />
      )}
    </section>
  );
}

interface BeforeProps {
  readonly info: RoomInfo;
  readonly room: string;
  readonly onRefused: (code: Refusal) => void;
}

/** Those that come again by a press, or by nothing, say so in their own words. */
const SAID_HERE: readonly Refusal[] = ["too-many-requests", "try-again", "internal-error"];

function BeforeOneGoesIn({ info, room: link, onRefused }: BeforeProps) {
  const { room, occupancy } = info;
  const was = useStore(wasIn.store, (state) => state.rooms).find(
    ({ roomId }) => roomId === room.roomId,
  );
  const [name, setName] = useState(() => was?.name ?? nameThere());
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const isOwn = room.owner === session.acquaint.me.userId;
  const isApproved = room.admission === "approval" && !isOwn;
  const hasNoLink =
    useToken(room.roomId) === null && room.admission === "link" && room.kind === "room" && !isOwn;
  const wasInside = was?.isWaiting === false;
  const join = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (!isName(name)) return focusFault(event.currentTarget as HTMLFormElement);
    setBusy(true);
    setProblem(null);
    try {
      await stays.join(link, lineOf(name));
    } catch (error) {
      if (error instanceof ProblemError && !SAID_HERE.includes(error.code)) onRefused(error.code);
      else setProblem(problemText(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form class="stack" onSubmit={(event) => void join(event)}>
      <p class="entrance-facts">
        <Occupancy people={occupancy} capacity={room.capacity} />
        {room.topic !== null && <bdi class="tag">{room.topic}</bdi>}
        {room.operator !== null && <span>by {plain(room.operator)}</span>}
      </p>
      {was !== undefined && (
        <p class="remark">
          {wasInside ? "You were in here." : "You were waiting here to be let in."}
        </p>
      )}
      {hasNoLink && !wasInside && (
        <p class="remark">
          This room is joined by its link, and this address is not the whole of it. Ask somebody in
          the room for the link, and open that.
        </p>
      )}
      {room.isLocked && (
        <p class="remark">The room is locked: nobody new comes in for the moment.</p>
      )}
      {!room.isLocked && room.kind === "room" && occupancy >= room.capacity && (
        <p class="remark">The room is full: whoever is new comes in once somebody has left.</p>
      )}
      {room.kind === "pair" && (
        <p class="remark">A room for two: nobody but those two who stepped aside comes in.</p>
      )}
      {isApproved && !wasInside && (
        <p class="remark">
          Somebody who looks after the room lets you in. They see your name
          {session.acquaint.me.handle === null ? "" : " and your handle"}.
        </p>
      )}
      <NameThere name={name} isTried={isTried} onChange={setName} />
      <Problem text={problem} />
      <div class="actions">
        <button
          type="submit"
          class={`button ${hasNoLink && !wasInside ? "quiet" : "primary"}`}
          disabled={isBusy}
        >
          {isBusy ? "Going in…" : joinText(wasInside, hasNoLink, isApproved)}
        </button>
        <a class="button quiet" href={paths.rooms}>
          Not now
        </a>
      </div>
    </form>
  );
}

/** Those who look after the room, and those whose seat is kept, need no link: nobody else knows who they are. */
function joinText(wasInside: boolean, hasNoLink: boolean, isApproved: boolean): string {
  if (wasInside) return "Come back";
  if (hasNoLink) return "Try without the link";
  return isApproved ? "Ask to come in" : "Join";
}
