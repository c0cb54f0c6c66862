// This device was removed from its account, which goes on without it: what that means, a copy to take along, and
// the way to begin anew.

import { useEffect, useState } from "preact/hooks";
import { AccountErased } from "../../shared/client/index.ts";
import { Heading } from "../components/Heading.tsx";
import { Icon } from "../components/Icon.tsx";
import { MeetingMark } from "../components/MeetingMark.tsx";
import { Sheet } from "../components/Sheet.tsx";
import { beginAnew } from "../erasure.ts";
import { downloadEverything } from "../exporting.ts";
import { problemText } from "../problems.ts";
import { setTitle, setUnreadInTitle } from "../title.ts";

export function RemovedView() {
  const [isBusy, setBusy] = useState(false);
  const [isLeaving, setLeaving] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    setUnreadInTitle(0);
    setTitle("Device removed");
  }, []);
  const attempt = async (work: () => Promise<void>) => {
    setBusy(true);
    setProblem(null);
    try {
      await work();
    } catch (error) {
      setProblem(
        error instanceof AccountErased
          ? "Another window is still deleting. Try again in a moment."
          : problemText(error),
      );
    } finally {
      setBusy(false);
    }
  };
  const fault = problem !== null && (
    <p class="remark" data-kind="warning" role="alert">
      {problem}
    </p>
  );
  return (
    <>
      <MeetingMark closeness="apart" />
      <Heading>This device was removed from your account</Heading>
      <p class="lead">
        You, or whoever has one of your devices, removed it. The account goes on there; this device
        gets nothing more of it and can do nothing in its name.
      </p>
      <ul class="points">
        <li>
          What it had received until then is still here: contacts, cards, messages. You can take a
          copy along.
        </li>
        <li>
          To use the account here again, begin anew, then link this device as a new one. If you have
          no other device, the recovery phrase does it.
        </li>
        <li>
          If you did not want this, restore the account by its recovery phrase and remove the device
          that you do not know.
        </li>
      </ul>
      {!isLeaving && fault}
      <div class="actions">
        <button
          type="button"
          class="button primary"
          disabled={isBusy}
          onClick={() => void attempt(downloadEverything)}
        >
          <Icon name="save" /> Download everything
        </button>
        <button type="button" class="button quiet" onClick={() => setLeaving(true)}>
          Begin anew
        </button>
      </div>
      {isLeaving && (
        <Sheet label="Begin anew" onEscape={() => setLeaving(false)}>
          <Heading level={2}>Delete what is here?</Heading>
          <p class="lead">
            Beginning anew deletes whatever this device keeps of the account: contacts, cards and
            messages. Your other devices keep theirs.
          </p>
          {fault}
          <div class="actions">
            <button
              type="button"
              class="button quiet danger"
              disabled={isBusy}
              onClick={() => void attempt(beginAnew)}
            >
              {isBusy ? "Deleting…" : "Delete and begin anew"}
            </button>
            <button
              type="button"
              class="button quiet"
              disabled={isBusy}
              onClick={() => setLeaving(false)}
            >
              Not yet
            </button>
          </div>
        </Sheet>
      )}
    </>
  );
}
