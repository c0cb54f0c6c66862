// Names each test that held at its second try only, with the error of the first, at the very end of a run.

import type { Reporter, TestCase } from "vitest/node";

export class UnsteadyTests implements Reporter {
  readonly #lines: string[] = [];

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky !== true) return;
    const [first] = test.result().errors ?? [];
    const reason = (first?.message ?? "no error was kept").replaceAll(/\s+/g, " ");
    this.#lines.push(`UNSTEADY: ${test.module.relativeModuleId} > ${test.fullName}: ${reason}`);
  }

  onTestRunEnd(): void {
    for (const line of this.#lines) console.log(line);
  }
}
