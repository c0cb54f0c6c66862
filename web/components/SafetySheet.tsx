// Comparing the safety phrase with a contact: twelve words to read to each other, and what either answer means.

import { useEffect, useState } from "preact/hooks";
import { type Contact, ForkedLogError, ProblemError } from "../../shared/client/index.ts";
import { notify } from "../announcements.ts";
import { raiseAlarm } from "../comparison.ts";
import { problemText } from "../problems.ts";
import { paths } from "../router.ts";
import { session } from "../session.ts";
import { Heading } from "./Heading.tsx";
import { Sheet } from "./Sheet.tsx";

interface SafetySheetProps {
  readonly contact: Contact;
  readonly onClose: () => void;
}

export function SafetySheet({ contact, onClose }: SafetySheetProps) {
  const { userId, name } = contact;
  const [words, setWords] = useState<readonly string[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [isOther, setOther] = useState(false);
  const show = () => {
    setWords(null);
    setProblem(null);
    setOther(false);
    session.acquaint.verification.phrase(userId).then(setWords, (error: unknown) => {
      if (error instanceof ForkedLogError) {
        raiseAlarm(userId);
        onClose();
      } else setProblem(phraseProblem(error, name));
    });
  };
  useEffect(show, [userId]);
  const confirm = async () => {
    try {
      await session.acquaint.verification.confirm(userId);
      onClose();
      notify(`You and ${name} have the same words. Nobody stands between you.`);
    } catch (error) {
      setProblem(problemText(error));
    }
  };
  return (
    <Sheet label="Compare safety phrase" onEscape={onClose}>
      {isOther ? (
        <Differing contact={contact} onAgain={show} onClose={onClose} />
      ) : (
        <>
          <Heading level={2}>Safety phrase with {name}</Heading>
          <p class="lead">
            {name} opens your contact and sees twelve words, too. Read them to each other, in person
            or in a call. Do not send them in a message: whoever stood between you could change it.
          </p>
          {problem === null && words === null && (
            <p class="remark" role="status">
              Making the words…
            </p>
          )}
          {problem !== null && (
            <p class="remark" data-kind="warning" role="alert">
              {problem}
            </p>
          )}
          {problem === null && words !== null && (
            <ol class="phrase" aria-label="Safety phrase" lang="en" translate={false}>
              {words.map((word, index) => (
                <li key={index}>{word}</li>
              ))}
            </ol>
          )}
          <div class="actions">
            {problem === null ? (
              <>
                <button
                  type="button"
                  class="button primary"
                  disabled={words === null}
                  onClick={() => void confirm()}
                >
                  They are the same
                </button>
                <button
                  type="button"
                  class="button quiet"
                  disabled={words === null}
                  onClick={() => setOther(true)}
                >
                  They differ
                </button>
              </>
            ) : (
              <button type="button" class="button primary" onClick={show}>
                Try again
              </button>
            )}
            <button type="button" class="button quiet" onClick={onClose}>
              Later
            </button>
          </div>
        </>
      )}
    </Sheet>
  );
}

interface DifferingProps extends SafetySheetProps {
  readonly onAgain: () => void;
}

function Differing({ contact: { userId, name }, onAgain, onClose }: DifferingProps) {
  return (
    <>
      <Heading level={2} subject="differing">
        The words differ
      </Heading>
      <p class="lead">
        Your devices do not see the same keys. Nothing was recorded. There may be a harmless reason:
        one of you has just added or removed a device, or looks at other words.
      </p>
      <ul class="points">
        <li>Both open the words anew and read them once more.</li>
        <li>
          If they still differ, somebody may stand between you and read along. Write nothing secret
          to {name}.
        </li>
        <li>Meet again, in person or by a passphrase that only the two of you know.</li>
      </ul>
      <div class="actions">
        <button type="button" class="button primary" onClick={onAgain}>
          Show the words again
        </button>
        <a class="button quiet" href={paths.askContact(userId)}>
          Meet again by passphrase
        </a>
        <button type="button" class="button quiet" onClick={onClose}>
          Close
        </button>
      </div>
    </>
  );
}

function phraseProblem(error: unknown, name: string): string {
  const isGone = error instanceof ProblemError && error.code === "not-a-contact";
  if (!isGone) return problemText(error);
  return `You and ${name} are no longer contacts of each other, so there is nothing to compare. Meet again first.`;
}
