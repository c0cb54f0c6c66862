// Work that a press begins: nothing else can be pressed meanwhile, and what went wrong is said beside it.

import { useState } from "preact/hooks";
import { problemText } from "../problems.ts";

interface Work {
  readonly isBusy: boolean;
  readonly problem: string | null;
  /** Resolves to whether it has worked. */
  readonly run: (work: () => Promise<unknown>) => Promise<boolean>;
}

export function useWork(): Work {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const run = async (work: () => Promise<unknown>) => {
    setBusy(true);
    setProblem(null);
    try {
      await work();
      return true;
    } catch (error) {
      setProblem(problemText(error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, problem, run };
}

export function Problem({ text }: { readonly text: string | null }) {
  return text === null ? null : (
    <p class="remark" data-kind="warning" role="alert">
      {text}
    </p>
  );
}
