// Why a passphrase does not serve.

import type { PassphraseProblem } from "../core/pairing/passphrase.ts";

/** A passphrase that cannot serve; nothing was sent. `problem` says why, and never quotes it. */
export class PassphraseError extends Error {
  readonly problem: PassphraseProblem | SpentPassphrase;

  constructor(problem: PassphraseProblem | SpentPassphrase) {
    super(problem.message);
    this.name = "PassphraseError";
    this.problem = problem;
  }
}

export interface SpentPassphrase {
  /** Offered in vain before; or in another attempt that is under way. */
  readonly code: "burnt" | "inUse";
  readonly message: string;
}
