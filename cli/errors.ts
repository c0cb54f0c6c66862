// The one error that the terminal client reports, and its exit codes. The code is the contract
// for scripts; message and hint are for people.

export const EXIT = { success: 0, failed: 1, usage: 2, interrupted: 130, brokenPipe: 141 } as const;

interface CliErrorMembers {
  readonly exitCode?: number;
  /** What to do next, for people. */
  readonly hint?: string;
  /** Further members of the JSON event. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export class CliError extends Error {
  readonly code: string;
  readonly exitCode: number;
  readonly hint: string | null;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, members: CliErrorMembers = {}) {
    super(message);
    this.name = "CliError";
    this.code = code;
    this.exitCode = members.exitCode ?? EXIT.failed;
    this.hint = members.hint ?? null;
    this.details = members.details ?? {};
  }
}

/** Something typed is not understood; nothing was sent. */
export function usageError(message: string, hint?: string): CliError {
  return new CliError("usage", message, { exitCode: EXIT.usage, ...(hint && { hint }) });
}
