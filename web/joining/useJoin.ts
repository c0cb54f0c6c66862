// Sends what was entered, and says beside its field what is wrong with it. What is no fault of the field ends the
// way, with words of its own.

import { useState } from "preact/hooks";
import type { LinkSecret } from "../../shared/client/index.ts";
import { joining } from "./joining.ts";

interface Joins {
  readonly isBusy: boolean;
  /** What is wrong with what was entered. */
  readonly problem: string | null;
  readonly join: (secret: LinkSecret, name: string) => Promise<void>;
}

/** @param faultOf what is wrong with the text itself; null for any other error */
export function useJoin(faultOf: (error: unknown) => string | null): Joins {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const join = async (secret: LinkSecret, name: string) => {
    setBusy(true);
    setProblem(null);
    try {
      await joining.enter(secret, name);
    } catch (error) {
      const fault = faultOf(error);
      setProblem(fault);
      if (fault === null) joining.fail(error);
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, problem, join };
}
