// The person's own cards: which one goes along, and the ways to a new one.

import { useRef } from "preact/hooks";
import { cardTitle } from "../../shared/client/index.ts";
import { notify } from "../announcements.ts";
import { photoOf } from "../cardPhoto.ts";
import { saveCard } from "../changes.ts";
import { problemText } from "../problems.ts";
import { paths } from "../router.ts";
import { useSession } from "../session.ts";
import { cardsInFile } from "../vcardFiles.ts";
import { Avatar } from "./Avatar.tsx";
import { CardPicker } from "./CardPicker.tsx";
import { Icon } from "./Icon.tsx";

export function CardList() {
  const cards = useSession((state) => state.cards);
  const chosenUid = useSession((state) => state.chosenUid);
  const file = useRef<HTMLInputElement>(null);
  const importFrom = async (picked: File) => {
    const imported = await cardsInFile(picked);
    for (const card of imported) await saveCard(card);
    notify(imported.length === 1 ? "The card is imported." : `${imported.length} cards imported.`);
  };
  return (
    <div class="stack">
      {cards.length === 0 ? (
        <p class="lead">
          Make a card once, and everyone you meet has your number without typing it.
        </p>
      ) : (
        <ul class="people" role="list">
          {cards.map((card) => (
            <li key={card.uid}>
              <a class="person" href={paths.card(card.uid ?? "")}>
                <Avatar name={cardTitle(card)} photo={photoOf(card)} />
                <span class="person-who">
                  <span class="person-name">{cardTitle(card)}</span>
                  <span class="person-more">
                    {Object.values(card.organizations ?? {})[0]?.name ?? "Edit"}
                  </span>
                </span>
                {card.uid === chosenUid && <span class="tag">Goes along</span>}
                <Icon name="forward" />
              </a>
            </li>
          ))}
        </ul>
      )}
      {cards.length > 0 && <CardPicker />}
      <div class="actions">
        <a class={cards.length === 0 ? "button primary" : "button quiet"} href={paths.newCard}>
          <Icon name="plus" /> {cards.length === 0 ? "Make a card" : "Another card"}
        </a>
        <button type="button" class="button quiet" onClick={() => file.current?.click()}>
          <Icon name="open" /> Import a vCard
        </button>
        <input
          ref={file}
          type="file"
          hidden
          accept=".vcf,.vcard,text/vcard"
          aria-label="vCard file"
          onChange={(event) => {
            const picked = event.currentTarget.files?.[0];
            event.currentTarget.value = "";
            if (picked) importFrom(picked).catch((error: unknown) => notify(problemText(error)));
          }}
        />
      </div>
    </div>
  );
}
