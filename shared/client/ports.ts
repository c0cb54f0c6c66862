// What the SDK needs of its surroundings. Browsers have all of it; node.ts fills in what Node lacks.

/** The part of the standard WebSocket that the SDK uses. */
export interface SocketLike {
  readonly readyState: number;
  binaryType: string;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  onerror: ((event: never) => void) | null;
}

export interface Ports {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly openSocket: (url: string, protocols: string[]) => SocketLike;
  /** Cryptographically strong random bytes. */
  readonly random: (length: number) => Uint8Array;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Runs the task after a delay; the function returned calls it off. */
  readonly after: (delayMs: number, task: () => void) => () => void;
}

export const STANDARD_PORTS: Ports = {
  fetch: (url, init) => globalThis.fetch(url, init),
  openSocket: (url, protocols) => new WebSocket(url, protocols) as unknown as SocketLike,
  random: (length) => crypto.getRandomValues(new Uint8Array(length)),
  now: () => Date.now(),
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};

/** A delay with full jitter, so that clients that lost one server do not come back as one. */
export function jitteredDelayMs(tries: number, random: Ports["random"]): number {
  const longest = Math.min(15_000, 200 * 2 ** Math.min(tries, 10));
  const [a = 0, b = 0] = random(2);
  return 50 + (longest * (a * 256 + b)) / 65_536;
}

/** Resolves with the task, or after the delay without it: true when the task was in time. */
export async function within(
  ports: Pick<Ports, "after">,
  delayMs: number,
  task: Promise<unknown>,
): Promise<boolean> {
  let stopTimer: () => void = () => {};
  const tooLate = new Promise<boolean>((resolve) => {
    stopTimer = ports.after(delayMs, () => resolve(false));
  });
  try {
    return await Promise.race([task.then(() => true), tooLate]);
  } finally {
    stopTimer();
  }
}
