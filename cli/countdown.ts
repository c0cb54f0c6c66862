// The time that is left: one line that rewrites itself on a terminal, one plain line elsewhere.
import { shortened } from "./printable.ts";
import { columnsOf, styled, type Terminal } from "./terminal.ts";

const TICK_MS = 1_000;
export const CLEAR_LINE = "\r\u001b[2K";
const HINT = "Ctrl-C cancels";

export interface Countdown {
  /** Prints a line above the running one. */
  interject(line: string): void;
  stop(): void;
}

/** What is counted, in words. */
export interface Counted {
  /** What goes on meanwhile, in the line that rewrites itself. */
  readonly live: string;
  /** The one line elsewhere, before the time; null for none. */
  readonly plain: string | null;
}

/** @param expiresAt milliseconds since 1970, by this device's clock */
export function startCountdown(
  expiresAt: number,
  { live, plain }: Counted,
  out: Terminal,
  now = Date.now,
): Countdown {
  if (!out.interactive) {
    if (plain !== null) out.write(`${plain} ${remaining(expiresAt - now())}.\n`);
    return { interject: (line) => out.write(`${line}\n`), stop() {} };
  }
  const draw = (): void => {
    const left = expiresAt - now();
    const urgent = left < 20_000;
    const time = remaining(left);
    const clock = styled(out, urgent ? ["yellow", "bold"] : "bold", time);
    // A line that the terminal breaks cannot be rewritten: each second would leave one behind.
    const room = columnsOf(out) - ` … ${time} left. `.length - 1;
    const hint = live.length + HINT.length < room ? `${styled(out, "dim", HINT)} ` : "";
    out.write(`${CLEAR_LINE}${shortened(live, room)} … ${clock} left. ${hint}`);
  };
  draw();
  const ticking = setInterval(draw, TICK_MS);
  // The socket keeps the process alive, not the clock.
  ticking.unref();
  return {
    interject(line) {
      out.write(`${CLEAR_LINE}${line}\n`);
      draw();
    },
    stop() {
      clearInterval(ticking);
      out.write(CLEAR_LINE);
    },
  };
}

/** `1:57`, never below `0:00`. */
export function remaining(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
