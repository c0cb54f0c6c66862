// Opening a room, and going into it.

import "../styles/rooms.css";
import { useRef, useState } from "preact/hooks";
import { focusFault } from "../components/Field.tsx";
import { Heading } from "../components/Heading.tsx";
import { Icon } from "../components/Icon.tsx";
import { useKeptFocus } from "../components/keptFocus.ts";
import { goInstead, paths } from "../router.ts";
import { session } from "../session.ts";
import { isName, NameThere, nameThere } from "./NameThere.tsx";
import { NEW_ROOM, faultsOfRoom, lineOf, roomOf, type RoomDraft } from "./roomDraft.ts";
import { RoomFields } from "./RoomFields.tsx";
import { stays } from "./stays.ts";
import { Problem, useWork } from "./work.tsx";

export function NewRoomView() {
  const form = useRef<HTMLFormElement>(null);
  const [draft, setDraft] = useState<RoomDraft>(NEW_ROOM);
  const [name, setName] = useState(nameThere);
  const [isTried, setTried] = useState(false);
  const { isBusy, problem, run } = useWork();
  useKeptFocus(form);
  const faults = isTried ? faultsOfRoom(draft) : {};
  const open = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (!isName(name) || Object.keys(faultsOfRoom(draft)).length > 0) {
      return focusFault(form.current);
    }
    await run(async () => {
      const { url } = await session.acquaint.rooms.open(roomOf(draft));
      // The room is there, whatever becomes of going in: from its own view that can be tried again.
      await stays.join(url, lineOf(name)).catch(() => {});
      // Its link is not told again.
      goInstead(new URL(url).hash);
    });
  };
  return (
    <div class="page rooms">
      <a class="back" href={paths.rooms}>
        <Icon name="back" /> Rooms
      </a>
      <Heading>Open a room</Heading>
      <p class="lead">
        You look after it, and can make others do so with you. It ends when you close it, or after a
        week in which nobody comes.
      </p>
      <form ref={form} class="stack" onSubmit={(event) => void open(event)}>
        <RoomFields
          draft={draft}
          faults={faults}
          onChange={(change) => setDraft((before) => ({ ...before, ...change }))}
        />
        <NameThere name={name} isTried={isTried} onChange={setName} />
        <Problem text={problem} />
        <div class="actions">
          <button type="submit" class="button primary" disabled={isBusy}>
            {isBusy ? "Opening…" : "Open the room"}
          </button>
          <a class="button quiet" href={paths.rooms}>
            Cancel
          </a>
        </div>
      </form>
    </div>
  );
}
