// A room as its owner changes it.

import { useRef, useState } from "preact/hooks";
import { notify } from "../announcements.ts";
import { focusFault } from "../components/Field.tsx";
import { problemText } from "../problems.ts";
import { session } from "../session.ts";
import { keepTokenOf } from "./linkTokens.ts";
import { draftOfRoom, faultsOfRoom, NEW_ROOM, roomOf } from "./roomDraft.ts";
import { RoomFields } from "./RoomFields.tsx";
import type { Stay } from "./stay.ts";
import { Problem, useWork } from "./work.tsx";

export function ArrangeForm({
  stay,
  onDone,
}: {
  readonly stay: Stay;
  readonly onDone: () => void;
}) {
  const form = useRef<HTMLFormElement>(null);
  const [draft, setDraft] = useState(() =>
    stay.joined.room === null ? NEW_ROOM : draftOfRoom(stay.joined.room),
  );
  const [isTried, setTried] = useState(false);
  const { isBusy, problem, run } = useWork();
  const save = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(faultsOfRoom(draft)).length > 0) return focusFault(form.current);
    const isNewlyByLink = draft.admission === "link" && stay.joined.room?.admission !== "link";
    const { rooms } = session.acquaint;
    const isSaved = await run(async () => {
      await rooms.arrange(stay.roomId, roomOf(draft));
      notify(isNewlyByLink ? await withNewLink(stay) : "The room is changed for everybody.");
    });
    if (isSaved) onDone();
  };
  return (
    <form ref={form} class="stack" onSubmit={(event) => void save(event)}>
      <RoomFields
        draft={draft}
        faults={isTried ? faultsOfRoom(draft) : {}}
        onChange={(change) => setDraft((before) => ({ ...before, ...change }))}
      />
      <Problem text={problem} />
      <div class="actions">
        <button type="submit" class="button primary" disabled={isBusy}>
          {isBusy ? "Saving…" : "Save"}
        </button>
      </div>
    </form>
  );
}

/** Makes a link, since whatever link there was before is known to nobody here for sure; returns what is said of it. */
async function withNewLink({ roomId }: Stay): Promise<string> {
  try {
    keepTokenOf((await session.acquaint.rooms.renewLink(roomId)).url);
    return "The room is changed for everybody. This is its link.";
  } catch (error) {
    return `The room is changed, but has no link yet: make a new one here. ${problemText(error)}`;
  }
}
