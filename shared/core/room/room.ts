// A room, decided: who comes, who goes, who steps aside, who looks after it. Pure; the object performs the effects. Due
// deadlines are served before any event, so a late answer never revives an invitation. What is refused changes nothing.

import { close, arrange, renewLink } from "./arranging.ts";
import { Draft } from "./draft.ts";
import { serveDue } from "./due.ts";
import { endPair } from "./endings.ts";
import { enter, seatAppointed } from "./entering.ts";
import { isDone } from "./errands.ts";
import type {
  Decision,
  Moment,
  Refusal,
  RoomCoreEvent,
  RoomEffect,
  RoomEventOf,
} from "./events.ts";
import { setHidden } from "./hiding.ts";
import { invite, reply } from "./invitations.ts";
import { expel, leave, lost } from "./leaving.ts";
import { moderate } from "./moderation.ts";
import { awaitBoth } from "./pairComing.ts";
import { opened, pairOver } from "./pairs.ts";
import { rename } from "./renaming.ts";
import type { RoomState } from "./state.ts";
import { setTracks } from "./tracks.ts";

/** Decides one event. */
export function step(state: RoomState, event: RoomCoreEvent, moment: Moment): Decision {
  const due = new Draft(state, moment);
  serveDue(due);
  seatAppointed(due);
  const { now, through } = due;
  const draft = new Draft(due.state, { now, through });
  const refusal = run(draft, event);
  if (refusal !== null) {
    const effects = [...due.effects, ...due.entered, ...forgetting(due.state)];
    return { state: due.state, effects, reply: { kind: "refused", ...refusal } };
  }
  seatAppointed(draft);
  const entered = [...due.entered, ...draft.entered];
  const effects = [...due.effects, ...draft.effects, ...entered, ...forgetting(draft.state)];
  return { state: draft.state, effects, reply: { kind: "taken" } };
}

function run(draft: Draft, event: RoomCoreEvent): Refusal | null {
  // Nobody looks after a room that has ended, though it may owe something still.
  if ("by" in event && draft.state.record.end !== null) return { code: "room-unknown" };
  switch (event.type) {
    case "enter":
      return enter(draft, event);
    case "lost":
      return lost(draft, event);
    case "leave":
      return leave(draft, event);
    case "tracks":
      return setTracks(draft, event);
    case "invite":
      return invite(draft, event);
    case "reply":
      return reply(draft, event);
    case "moderate":
      return moderate(draft, event);
    case "arrange":
      return arrange(draft, event);
    case "renewLink":
      return renewLink(draft, event);
    case "close":
      return close(draft, event);
    case "expel":
      return expel(draft, event);
    case "setHidden":
      return setHidden(draft, event);
    case "rename":
      return rename(draft, event);
    case "pairOver":
      return pairOver(draft, event);
    case "awaitBoth":
      return awaitBoth(draft, event);
    case "endPair":
      return endPair(draft);
    case "served":
      return served(draft, event);
    case "deadline":
      return null;
  }
}

/** Someone has done what was owed, or what was owed when it was asked. */
function served(draft: Draft, { name, errand }: RoomEventOf<"served">): null {
  if (errand.kind === "openPair") {
    draft.settle(name);
    opened(draft, errand.roomId);
  } else if (isDone(draft.state, name, errand)) draft.settle(name);
  else draft.effects.push({ do: "serve", name });
  return null;
}

function forgetting({ record, outbox }: RoomState): RoomEffect[] {
  return record.end !== null && outbox.length === 0 ? [{ do: "forget" }] : [];
}
