// Which request to become a contact an order in a room answers: the only one that waits, or that of whoever is named, by
// @handle, user id, an unambiguous beginning of it, or name.
import type { IncomingContactRequest } from "../shared/client/node.ts";
import { fittingPeople } from "./contactChoice.ts";
import { shortId } from "./contactText.ts";
import { CliError } from "./errors.ts";
import { named } from "./roomLabels.ts";

export type ContactAnswer = "approve" | "refuse";

/**
 * @param who empty where only one waits
 * @param absent what to do where nobody asks
 * @throws CliError `request-unknown` or `request-ambiguous`
 */
export function answeredRequest(
  answer: ContactAnswer,
  who: string,
  waiting: readonly IncomingContactRequest[],
  absent = "",
): IncomingContactRequest {
  if (waiting.length === 0) {
    const message = "Nobody asks to become a contact, or it is over.";
    throw new CliError("request-unknown", message, absent === "" ? {} : { hint: absent });
  }
  const fitting = fittingRequests(who, waiting);
  const [only, other] = fitting;
  if (only === undefined) {
    throw new CliError("request-unknown", `“${who}” does not ask to become a contact.`, {
      hint: `Who does: ${listed(waiting)}.`,
    });
  }
  if (other !== undefined) {
    const problem = who === "" ? "Several ask to become contacts:" : `“${who}” fits`;
    throw new CliError("request-ambiguous", `${problem} ${listed(fitting)}.`, {
      hint: `Name one, for instance by the id: /${answer} ${shortId(only.from)}`,
    });
  }
  return only;
}

function fittingRequests(
  who: string,
  waiting: readonly IncomingContactRequest[],
): readonly IncomingContactRequest[] {
  if (who === "") return waiting;
  if (who.startsWith("@")) {
    return waiting.filter(({ handle }) => handle === who.slice(1).toLowerCase());
  }
  return fittingPeople(
    who,
    waiting.map((request) => ({ ...request, userId: request.from })),
  );
}

function listed(requests: readonly IncomingContactRequest[]): string {
  return requests.map(({ name, from }) => `${named(name)} ${shortId(from)}`).join(", ");
}
