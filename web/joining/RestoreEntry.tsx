// The twelve words in place of a device that is gone. What they bring back is said before they are typed.

import { useEffect, useId, useState } from "preact/hooks";
import { loadRecoveryWords, type RecoveryWords } from "../../shared/client/index.ts";
import { Icon } from "../components/Icon.tsx";
import { problemText } from "../problems.ts";
import type { JoinEntryProps } from "./CodeEntry.tsx";
import { joining } from "./joining.ts";
import { PhraseField } from "./PhraseField.tsx";
import { NO_WORDS, type PhraseHint, phraseHint, PHRASE_WORDS } from "./phraseTyping.ts";

export function RestoreEntry({ name, nameField }: JoinEntryProps) {
  const id = useId();
  const [known, setKnown] = useState<RecoveryWords | null>(null);
  const [words, setWords] = useState(NO_WORDS);
  const [typedAt, setTypedAt] = useState<number | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => void loadRecoveryWords().then(setKnown, () => {}), []);
  const hint = phraseHint(words, typedAt, known);
  const isFull = words.every((word) => word !== "");
  // Without the words nothing can be judged here; the server's answer is the judge then.
  const isReady = hint.kind === "complete" || (known === null && isFull);
  const change = (next: readonly string[]) => {
    setProblem(null);
    setWords(next);
  };
  const restore = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await joining.restore(words.join(" "), name);
    } catch (error) {
      setProblem(problemText(error));
      setBusy(false);
    }
  };
  return (
    <form
      class="stack"
      autocomplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady && !isBusy) void restore();
      }}
    >
      <p class="lead">
        The recovery phrase that you wrote down brings back your account and the list of whom you
        met. Names, cards and messages come from another device of yours, if you still have one.
      </p>
      <PhraseField
        words={words}
        onChange={change}
        known={known}
        typedAt={typedAt}
        onTyping={setTypedAt}
        describedBy={`${id}-hint`}
      />
      <div id={`${id}-hint`} class="code-hint" data-kind={KINDS[hint.kind]} aria-live="polite">
        <HintText hint={hint} words={words} onChange={change} />
      </div>
      {problem !== null && (
        <p class="remark" data-kind="warning" role="alert">
          {problem}
        </p>
      )}
      {nameField}
      <div class="actions">
        <button type="submit" class="button primary" disabled={!isReady || isBusy}>
          {isBusy ? "Restoring…" : "Restore the account"}
        </button>
      </div>
    </form>
  );
}

const KINDS = {
  guide: "guide",
  mistake: "mistake",
  apart: "mistake",
  complete: "complete",
} as const;

interface HintTextProps {
  readonly hint: PhraseHint;
  readonly words: readonly string[];
  readonly onChange: (words: readonly string[]) => void;
}

function HintText({ hint, words, onChange }: HintTextProps) {
  switch (hint.kind) {
    case "guide":
      return (
        <p>
          {hint.count === 0
            ? "Type them in their order, or paste all twelve at once."
            : `${hint.count} of ${PHRASE_WORDS} words.`}
        </p>
      );
    case "mistake": {
      const { at, word, suggestion } = hint;
      const correct = (right: string) =>
        onChange(words.map((other, index) => (index === at ? right : other)));
      return (
        <p>
          Word {at + 1}, “{word}”, is not a word of phrases.{" "}
          {suggestion !== null && (
            <button type="button" class="suggestion" onClick={() => correct(suggestion)}>
              Did you mean <strong>{suggestion}</strong>?
            </button>
          )}
        </p>
      );
    }
    case "apart":
      return (
        <p>
          Each is a word of phrases, but together they are none. One of them may be another word, or
          two have changed places.
        </p>
      );
    case "complete":
      return (
        <p>
          <Icon name="check" /> The twelve words fit together.
        </p>
      );
  }
}
