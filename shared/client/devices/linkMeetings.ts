// The exchange by which a new device comes into an account: as by a key, or by a passphrase at a locator, but a
// method of its own, so that what is shown for the one never serves for the other.

import { lvCat, toBase64Url, utf8 } from "../../core/crypto/bytes.ts";
import { DEFAULT_TAG, locatorOf, secretFromRandom, secretToPrs } from "../../core/pairing/code.ts";
import { parsePassphrase } from "../../core/pairing/passphrase.ts";
import type { WordListTag } from "../../core/pairing/words.ts";
import type { Locator } from "../../wire/ids.ts";
import { ProblemError } from "../../wire/problem.ts";
import { CodeError, loadWords, readCode } from "../codes.ts";
import { InitiatorRun } from "../initiatorRun.ts";
import type { Meeting } from "../meeting.ts";
import { ResponderRun } from "../responderRun.ts";
import type { Runs } from "../runs.ts";
import { PassphraseError } from "../passphraseError.ts";

export interface LinkOptions {
  /** Tag of the language in which the code is spelled; English unless given. */
  readonly words?: WordListTag;
  /** Said instead of a code: the new device then needs the number, too. */
  readonly passphrase?: string;
}

/** What a new device is told: a code in any spelling, or a number with its passphrase. */
export type LinkSecret = string | { readonly locator: string; readonly passphrase: string };

/** On a device of the account. */
export async function showLink(runs: Runs, options: LinkOptions): Promise<Meeting> {
  const { era, context } = runs;
  const { passphrase } = options;
  const { tag } = passphrase === undefined ? await loadWords(options.words) : { tag: DEFAULT_TAG };
  await cancelShown(runs);
  const secret = secretToPrs(secretFromRandom(context.ports.random(3)));
  const record = InitiatorRun.record(context, {
    method: "link",
    terms: null,
    peerId: null,
    prs: passphrase === undefined ? toBase64Url(secret) : spokenPrs(passphrase),
    words: tag,
    card: "",
  });
  return runs.begin(new InitiatorRun(context, record), era);
}

/** On the new device. */
export async function enterLink(runs: Runs, secret: LinkSecret): Promise<Meeting> {
  const { era, context } = runs;
  const { locator, prs } = await secretOf(secret);
  const start = { method: "link", peerId: null, locator, prs, card: "" } as const;
  const record = ResponderRun.record(context, { ...start, sid: ResponderRun.UNKNOWN_SID });
  return runs.begin(new ResponderRun(context, record), era);
}

async function secretOf(secret: LinkSecret): Promise<{ locator: Locator; prs: string }> {
  if (typeof secret === "string") {
    const parsed = await readCode(secret);
    if (!parsed.ok) throw new CodeError(parsed.problem);
    return { locator: parsed.locator, prs: toBase64Url(secretToPrs(parsed.secret)) };
  }
  const locator = locatorOf(secret.locator.replaceAll(/\s/g, ""));
  if (locator === null) {
    const detail = "A locator has three to nine digits and no zero in front.";
    throw new ProblemError("malformed-request", { detail, fields: { locator: detail } });
  }
  return { locator, prs: spokenPrs(secret.passphrase) };
}

/** Never of the length of a code's secret, so that neither passes for the other. @throws PassphraseError */
function spokenPrs(passphrase: string): string {
  const parsed = parsePassphrase(passphrase);
  if (!parsed.ok) throw new PassphraseError(parsed.problem);
  return toBase64Url(lvCat(utf8("passphrase"), parsed.prs));
}

/** A newer code takes the place of one that is still shown, in whatever tab. */
async function cancelShown(runs: Runs): Promise<void> {
  const shown = (await runs.records("initiator")).filter(({ method }) => method === "link");
  await Promise.all(shown.map((one) => (runs.of(one) ?? runs.resume(one)).meeting.cancel()));
}
