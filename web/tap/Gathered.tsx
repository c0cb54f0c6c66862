// One who was scanned: who it is, as far as one knows, how long the code still counts, and then what came of it.

import { photoOf } from "../cardPhoto.ts";
import { clockText, useSecondsUntil } from "../clock.ts";
import { Avatar } from "../components/Avatar.tsx";
import { Icon } from "../components/Icon.tsx";
import { useSession } from "../session.ts";
import type { GatheredPerson } from "./Gathering.tsx";
import { SOMEONE } from "./nameList.ts";
import { explainRefusal } from "./outcomes.ts";
import { UndoButton } from "./UndoButton.tsx";

interface GatheredProps {
  readonly person: GatheredPerson;
  /** By this device's clock. */
  readonly expiresAt: number;
  readonly isBusy: boolean;
  readonly onRemove: () => void;
}

export function Gathered({ person, expiresAt, isBusy, onRemove }: GatheredProps) {
  const { ticket, peer } = person;
  const left = useSecondsUntil(expiresAt);
  const contacts = useSession((state) => state.contacts);
  const known = contacts.find(({ userId }) => userId === ticket.userId) ?? peer?.contact ?? null;
  const name = known?.name ?? SOMEONE;
  const isOver = peer === null && left === 0;
  const isRefused = peer !== null && peer.contact === null;
  return (
    <li class="tap-gathered person" data-state={isOver || isRefused ? "over" : "good"}>
      {known === null ? (
        <span class="more-icon">
          <Icon name="you" />
        </span>
      ) : (
        <Avatar name={name} photo={known.card && photoOf(known.card)} />
      )}
      <span class="person-who">
        <span class="person-name">{name}</span>
        <span class="person-more">
          {peer === null ? (
            isOver ? (
              "Has run out: scan their new code"
            ) : (
              <>
                Good for <span class="tap-time">{clockText(left)}</span>
              </>
            )
          ) : isRefused ? (
            Object.values(explainRefusal(peer)).join(". ")
          ) : peer.outcome === "already" ? (
            "You were contacts already"
          ) : (
            "You are in contact"
          )}
        </span>
      </span>
      {peer !== null && known !== null && <UndoButton contact={known} />}
      {(peer === null || isRefused) && (
        <button
          type="button"
          class="tool"
          disabled={isBusy}
          aria-label={`Take ${name} out of the list`}
          onClick={onRemove}
        >
          <Icon name="close" />
        </button>
      )}
    </li>
  );
}
