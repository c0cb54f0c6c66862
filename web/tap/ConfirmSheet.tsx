// Asks once more before something that cannot be taken back.

import { useState } from "preact/hooks";
import { Heading } from "../components/Heading.tsx";
import { Sheet } from "../components/Sheet.tsx";
import { problemText } from "../problems.ts";

interface ConfirmSheetProps {
  readonly title: string;
  readonly text: string;
  readonly yes: string;
  readonly no: string;
  /** Whether saying yes does harm or takes something away; left out, it does. */
  readonly isDanger?: boolean;
  readonly work: () => Promise<void>;
  /** Where saying no leads, if not to the end of it. */
  readonly onNo?: () => void;
  readonly onClose: () => void;
}

export function ConfirmSheet(props: ConfirmSheetProps) {
  const { title, text, yes, no, isDanger = true, work, onClose, onNo = onClose } = props;
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const confirm = () => {
    setBusy(true);
    setProblem(null);
    work().then(onClose, (error: unknown) => {
      setBusy(false);
      setProblem(problemText(error));
    });
  };
  return (
    <Sheet label={title} onEscape={onNo}>
      <Heading level={2}>{title}</Heading>
      <p class="lead">{text}</p>
      {problem !== null && (
        <p class="remark" data-kind="warning" role="alert">
          {problem}
        </p>
      )}
      <div class="actions">
        <button
          type="button"
          class={`button ${isDanger ? "quiet danger" : "primary"}`}
          disabled={isBusy}
          onClick={confirm}
        >
          {yes}
        </button>
        <button type="button" class="button quiet" disabled={isBusy} onClick={onNo}>
          {no}
        </button>
      </div>
    </Sheet>
  );
}
