// The account is no more: what that means, and the one thing left to do.

import { useEffect, useState } from "preact/hooks";
import { AccountErased } from "../../shared/client/index.ts";
import { Heading } from "../components/Heading.tsx";
import { MeetingMark } from "../components/MeetingMark.tsx";
import { beginAnew } from "../erasure.ts";
import { problemText } from "../problems.ts";
import { setTitle, setUnreadInTitle } from "../title.ts";

export function ErasedView() {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    setUnreadInTitle(0);
    setTitle("Account erased");
  }, []);
  const begin = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await beginAnew();
    } catch (error) {
      setBusy(false);
      setProblem(
        error instanceof AccountErased
          ? "Another window is still deleting. Try again in a moment."
          : problemText(error),
      );
    }
  };
  return (
    <>
      <MeetingMark closeness="apart" />
      <Heading>This account was erased</Heading>
      <p class="lead">
        The server keeps nothing of it any more. It cannot be used again, and the recovery phrase
        brings nothing of it back.
      </p>
      <ul class="points">
        <li>Your contacts keep you as a contact, and the messages that they have of you.</li>
        <li>Another device of yours keeps what it has until you erase the account there, too.</li>
        <li>
          When you begin anew, whatever this device still keeps of the account is deleted. Then you
          meet people again, as somebody new.
        </li>
      </ul>
      {problem !== null && (
        <p class="remark" data-kind="warning" role="alert">
          {problem}
        </p>
      )}
      <div class="actions">
        <button type="button" class="button primary" disabled={isBusy} onClick={() => void begin()}>
          Begin anew
        </button>
      </div>
    </>
  );
}
