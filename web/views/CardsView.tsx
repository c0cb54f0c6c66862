// The person's own cards on a page of their own.

import { CardList } from "../components/CardList.tsx";
import { Heading } from "../components/Heading.tsx";
import { Icon } from "../components/Icon.tsx";
import { paths } from "../router.ts";

export function CardsView() {
  return (
    <div class="page">
      <a class="back" href={paths.you}>
        <Icon name="back" /> You
      </a>
      <Heading>Your cards</Heading>
      <CardList />
    </div>
  );
}
