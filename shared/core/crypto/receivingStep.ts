// Where a box that came stands among the peer's chains: which secret would open it, and what the
// state is if it does. The header is not to be believed before that: until then nothing is kept, and no
// more is computed than that one secret takes.
import { type BoxHeader, sessionTagOf } from "./boxHeader.ts";
import { equalBytes, fromBase64Url, toBase64Url } from "./bytes.ts";
import { chainBehind, nextRoot, walkChain } from "./chain.ts";
import { sharedSecret } from "./diffieHellman.ts";
import type { RatchetState, ReceivingChain } from "./ratchetState.ts";
import { findSkipped, MAX_SKIPPED_AT_ONCE, withSkipped } from "./skippedKeys.ts";

/**
 * - `replayed`: opened before, or passed over so long ago that its secret is gone. It is said of a
 *   box that bears this session's tag alone, on the header's word, there being no key to check it.
 * - `unknownKey`: of another session, or of a chain whose key has not come (yet).
 * - `tooFarAhead`: more boxes are missing before it than may be.
 * - `forged`: with a key that no honest peer makes.
 */
export type StepFailure = "replayed" | "unknownKey" | "tooFarAhead" | "forged";

export interface ReceivingStep {
  readonly secret: Uint8Array;
  /** The state once the box has opened. */
  after(): RatchetState;
}

export function receivingStep(state: RatchetState, header: BoxHeader): ReceivingStep | StepFailure {
  const { epoch, n } = header;
  const { receiving, skipped } = state;
  if (!isOfSession(state, header)) return "unknownKey";
  const late = findSkipped(skipped, epoch, n);
  if (late !== undefined) {
    const after = () => ({ ...state, skipped: skipped.filter((key) => key !== late) });
    return { secret: fromBase64Url(late[2]), after };
  }
  if (receiving === null || epoch > receiving.epoch) return stepToNewChain(state, header);
  if (epoch < receiving.epoch || n < receiving.n) return "replayed";
  return stepAlongChain(state, receiving, n);
}

function isOfSession({ session }: RatchetState, { prekey, sessionTag }: BoxHeader): boolean {
  if (prekey !== null) return toBase64Url(prekey.ephemeralKey) === session;
  return equalBytes(sessionTag, sessionTagOf(fromBase64Url(session)));
}

/** The peer goes on with its chain, however often one's own side has turned meanwhile. */
function stepAlongChain(
  state: RatchetState,
  receiving: ReceivingChain,
  n: number,
): ReceivingStep | StepFailure {
  const missed = n - receiving.n;
  if (missed > MAX_SKIPPED_AT_ONCE) return "tooFarAhead";
  const chain = fromBase64Url(receiving.chain);
  const { secrets, chain: behind } = walkChain(chainBehind(chain, missed), 1);
  return {
    secret: secrets[0] as Uint8Array,
    after: () => ({
      ...state,
      receiving: { ...receiving, n: n + 1, chain: toBase64Url(behind) },
      skipped: withSkipped(
        state.skipped,
        receiving.epoch,
        receiving.n,
        walkChain(chain, missed).secrets,
      ),
    }),
  };
}

/**
 * The peer has made a new key, against one's own newest. It makes one only upon a newer one of
 * ours, which in turn takes its last one: so its epochs come one by one, however many boxes of an
 * epoch are lost, and a jump, or a new one out of turn, belongs to a state that is not this one.
 * Of the chain before, only boxes under way are still to come; their secrets are put aside.
 */
function stepToNewChain(state: RatchetState, header: BoxHeader): ReceivingStep | StepFailure {
  const { turn, receiving, sending } = state;
  const { ratchetKey, epoch, n } = header;
  const nextEpoch = receiving === null ? 0 : receiving.epoch + 1;
  if (epoch !== nextEpoch || ratchetKey === null || turn.whose === "own") return "unknownKey";
  const missedBefore = receiving === null ? 0 : Math.max(0, ratchetKey.previousN - receiving.n);
  if (missedBefore + n > MAX_SKIPPED_AT_ONCE) return "tooFarAhead";
  const peerKey = toBase64Url(ratchetKey.publicKey);
  if (peerKey === turn.publicKey) return "forged";
  const agreement = sharedSecret(fromBase64Url(turn.secretKey), ratchetKey.publicKey);
  if (agreement === null) return "forged";
  const next = nextRoot(fromBase64Url(state.root), agreement);
  const { secrets, chain: behind } = walkChain(chainBehind(next.chain, n), 1);
  return {
    secret: secrets[0] as Uint8Array,
    after: () => ({
      ...state,
      root: toBase64Url(next.root),
      turn: { whose: "own", peerKey },
      // A key made against one's own proves that it has arrived.
      sending: sending && { ...sending, isKeyKnown: true },
      receiving: { epoch, n: n + 1, chain: toBase64Url(behind) },
      skipped: withSkipped(
        receiving === null || missedBefore === 0
          ? state.skipped
          : withSkipped(
              state.skipped,
              receiving.epoch,
              receiving.n,
              walkChain(fromBase64Url(receiving.chain), missedBefore).secrets,
            ),
        epoch,
        0,
        walkChain(next.chain, n).secrets,
      ),
    }),
  };
}
