// Requests to meet, for people: who asks and how that is known, and how a request ended.
import { shortId, timeText } from "./contactText.ts";
import { remaining } from "./countdown.ts";
import type { RequestEvent, RequestOverEvent } from "./events.ts";
import { printable, shortened } from "./printable.ts";
import { styled, type Terminal } from "./terminal.ts";

const NAME_MAX_CHARS = 60;

export function requestLines(request: RequestEvent, out: Terminal, now = Date.now): string[] {
  const { from, name, handle, isContact, expiresAt } = request;
  const who = [
    ...(handle === null || name === `@${handle}` ? [] : [`@${handle}`]),
    shortId(from),
    isContact ? "a contact of yours" : "no contact of yours",
  ];
  const title = `${nameIn(request)} asks to meet you by a passphrase.`;
  return [
    styled(out, "bold", title),
    `  ${who.join(", ")}. ${remaining(expiresAt - now())} left to answer.`,
    styled(out, "dim", "  The server says who it is; only the passphrase proves it."),
  ];
}

/** One line; the name of the outcome is the one that `--json` has. */
export function requestOverText(request: RequestOverEvent): string {
  const { openedAt, outcome, byYou, from } = request;
  const name = nameIn(request);
  if (byYou === true) {
    return outcome === "blocked"
      ? `${name} is blocked and is not told. To undo it: acquaint contacts unblock ${from}`
      : `You have refused. ${name} is told.`;
  }
  const since = openedAt === undefined ? "" : ` of ${timeText(openedAt)}`;
  return `The request by ${name}${since} is over: ${OUTCOMES[outcome]}.`;
}

const OUTCOMES: Readonly<Record<RequestOverEvent["outcome"], string>> = {
  answered: "another device of yours has answered",
  blocked: "they are blocked",
  mismatch: "mismatch, the passphrases differed",
  timedOut: "timedOut, nobody answered in time",
  cancelled: "cancelled by them",
  refused: "refused",
  unreachable: "unreachable",
};

function nameIn({ name }: RequestEvent | RequestOverEvent): string {
  return shortened(printable(name), NAME_MAX_CHARS);
}
