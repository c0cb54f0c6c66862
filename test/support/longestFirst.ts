// Begins with the files that take longest, so that no core idles at the end. By itself the runner knows how long
// files take from an earlier run only; on a fresh machine it goes by their size.

import { BaseSequencer, type TestSpecification } from "vitest/node";

const LONGEST: readonly RegExp[] = [
  /workers\/PAS-7-concurrent-claims/,
  /workers\/.*-model-/,
  /scenario\/serverKill/,
  /workers\/KEY-bad-/,
  /workers\/PAS-8-(hall|attackers)/,
  /cli\/passphrase\.test/,
  /scenario\/(BOX-|lostConnections|crossed|restart|passphrase|oneGuess)/,
  /cli\/(contacts|meeting|leaving)\.test/,
  /browser\/(chat|safety|requests|passphrase)/,
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = LONGEST.findIndex((pattern) => pattern.test(moduleId));
      return place < 0 ? LONGEST.length : place;
    };
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}
