// Names that the tabs of a browser hold one at a time, by Web Locks: the browser lets go of a lock when its page is
// gone. A page that is frozen is not gone, so it lets go before, or is overtaken.

import type { Place, Turn, TurnEvents } from "./turns.ts";

const LOOK_AGAIN_MS = 1_000;

export function holdLock(name: string): Promise<(() => void) | null> {
  return new Promise((resolve, reject) => {
    const taken = navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      if (lock === null) return resolve(null);
      return new Promise<void>((release) => resolve(release));
    });
    taken.catch(reject);
  });
}

/** @param begin makes the turn the one that counts, before anything is done in it */
export function queueForLock(
  lockName: string,
  name: string,
  { onTurn, onOver }: TurnEvents,
  begin: (turn: Turn) => Promise<void>,
): Place {
  let wish = new AbortController();
  let release: (() => void) | null = null;

  const hold = async (hasWaited: boolean, isWithdrawn: () => boolean): Promise<void> => {
    const turn = { name, id: crypto.randomUUID(), hasWaited };
    await begin(turn);
    if (isWithdrawn()) return;
    await new Promise<void>((resolve) => {
      release = resolve;
      onTurn(turn);
    });
  };
  const request = async (options: LockOptions, signal: AbortSignal): Promise<void> => {
    const isTaken = await navigator.locks.request(lockName, options, async (lock) => {
      if (lock === null) return true;
      await hold(options.ifAvailable !== true, () => signal.aborted);
      return false;
    });
    if (isTaken) await request({ signal }, signal);
  };
  const want = (options: LockOptions = { ifAvailable: true }): void => {
    wish.abort();
    const own = (wish = new AbortController());
    /** Another has stolen the lock, or the turn could not begin. */
    const ended = (): void => {
      if (wish !== own) return;
      own.abort();
      const wasTurn = release !== null;
      release = null;
      if (wasTurn) onOver();
      setTimeout(() => wish === own && want(), wasTurn ? 0 : LOOK_AGAIN_MS);
    };
    request(options, own.signal).then(ended, ended);
  };
  const withdraw = (): void => {
    wish.abort();
    wish = new AbortController();
    release?.();
    release = null;
  };

  // In a frozen page nothing runs, but what it holds stays held.
  const freeze = (): void => {
    const isTurn = release !== null;
    withdraw();
    if (isTurn) onOver();
  };
  const resume = (): void => {
    if (release === null) want();
  };
  const page = globalThis.document as Document | undefined;
  page?.addEventListener("freeze", freeze);
  page?.addEventListener("resume", resume);
  want();
  return {
    leave: () => {
      page?.removeEventListener("freeze", freeze);
      page?.removeEventListener("resume", resume);
      withdraw();
    },
    overtake: () => {
      if (release === null) want({ steal: true });
    },
  };
}
