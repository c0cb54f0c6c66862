// The recovery phrase: shown once after the account is made, and again from the profile until the
// person says that it is written down.

import { useState } from "preact/hooks";
import { notify } from "../announcements.ts";
import { Heading } from "../components/Heading.tsx";
import { problemText } from "../problems.ts";
import { go, paths } from "../router.ts";
import { session, useSession } from "../session.ts";

export function PhraseView({ isFirst }: { readonly isFirst: boolean }) {
  const phrase = useSession((state) => state.phrase);
  const [isBusy, setBusy] = useState(false);
  if (phrase === null) {
    return (
      <section class="page">
        <Heading>Recovery phrase</Heading>
        <p class="lead">It is not on this device: twelve words, wherever you wrote them down.</p>
        <a class="button quiet" href={paths.you}>
          Back
        </a>
      </section>
    );
  }
  const leave = () => {
    if (!isFirst) go(paths.you);
  };
  const confirm = async () => {
    setBusy(true);
    await session.forgetPhrase();
    leave();
    notify("Good. The words now exist on your paper alone.");
  };
  return (
    <section class="page">
      <Heading>Write these twelve words down</Heading>
      <p class="lead">
        They are the only way back to your account if you lose all your devices. They were made here
        and the server never sees them, so nobody can show them to you again.
      </p>
      <ol class="phrase" aria-label="Recovery phrase" translate={false}>
        {phrase.split(" ").map((word, index) => (
          <li key={index}>{word}</li>
        ))}
      </ol>
      <ul class="points">
        <li>On paper, in this order, kept somewhere safe.</li>
        <li>Whoever has them can act as you. Nobody should ask for them.</li>
        <li>Once you have them, they are erased from this device.</li>
      </ul>
      <div class="actions">
        <button
          type="button"
          class="button primary"
          disabled={isBusy}
          onClick={() => {
            confirm().catch((error: unknown) => {
              setBusy(false);
              notify(problemText(error));
            });
          }}
        >
          I’ve written it down
        </button>
        <button
          type="button"
          class="button quiet"
          onClick={() => {
            session.postponePhrase();
            leave();
          }}
        >
          Later
        </button>
      </div>
    </section>
  );
}
