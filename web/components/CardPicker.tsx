// Which card goes along with a meeting: one of the person's own, or none.

import { useId } from "preact/hooks";
import { cardTitle } from "../../shared/client/index.ts";
import { chooseCard } from "../changes.ts";
import { paths } from "../router.ts";
import { useSession } from "../session.ts";
import { Icon } from "./Icon.tsx";

interface CardPickerProps {
  readonly onChosen?: () => void;
}

export function CardPicker({ onChosen }: CardPickerProps) {
  const id = useId();
  const cards = useSession((state) => state.cards);
  const chosenUid = useSession((state) => state.chosenUid);
  if (cards.length === 0) {
    return (
      <p class="card-picker">
        <Icon name="card" />
        <span>
          No card goes along yet. <a href={paths.newCard}>Make one</a>
        </span>
      </p>
    );
  }
  return (
    <p class="card-picker">
      <Icon name="card" />
      <label htmlFor={id}>Card that goes along</label>
      <select
        id={id}
        value={chosenUid ?? ""}
        onChange={(event) => {
          void chooseCard(event.currentTarget.value || null).then(onChosen);
        }}
      >
        {cards.map((card) => (
          <option key={card.uid} value={card.uid} selected={card.uid === chosenUid}>
            {cardTitle(card)}
          </option>
        ))}
        <option value="" selected={chosenUid === null}>
          None
        </option>
      </select>
    </p>
  );
}
