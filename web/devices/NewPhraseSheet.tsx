// Another recovery phrase: asked for once more, since the words on paper serve no longer; then the new ones are shown.

import { useState } from "preact/hooks";
import { Heading } from "../components/Heading.tsx";
import { Sheet } from "../components/Sheet.tsx";
import { problemText } from "../problems.ts";
import { go, paths } from "../router.ts";
import { ownDevices } from "./ownDevices.ts";

export function NewPhraseSheet({ onClose }: { readonly onClose: () => void }) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const renew = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await ownDevices.renewPhrase();
      onClose();
      go(paths.phrase);
    } catch (error) {
      setProblem(problemText(error));
      setBusy(false);
    }
  };
  const leave = () => {
    if (!isBusy) onClose();
  };
  return (
    <Sheet label="New recovery phrase" onEscape={leave}>
      <Heading level={2}>Twelve new words?</Heading>
      <p class="lead">
        The words so far restore nothing any more from then on, wherever they are written. Do this
        if you have lost them, or if somebody may have seen them. Your contacts see that you have a
        new recovery phrase; nothing else changes.
      </p>
      {problem !== null && (
        <p class="remark" data-kind="warning" role="alert">
          {problem}
        </p>
      )}
      <div class="actions">
        <button type="button" class="button primary" disabled={isBusy} onClick={() => void renew()}>
          {isBusy ? "Making them…" : "Make new words"}
        </button>
        <button type="button" class="button quiet" disabled={isBusy} onClick={leave}>
          Keep the old ones
        </button>
      </div>
    </Sheet>
  );
}
