// Asking someone to meet by a passphrase: an own request, or the answer to one that has come already.

import { Meeting } from "./meeting.ts";
import type { AskOptions } from "./model.ts";
import type { Profile } from "./profile.ts";
import type { Requests } from "./requests.ts";
import type { SpokenMeetings } from "./spokenMeetings.ts";

interface Asking {
  readonly profile: Profile;
  readonly spoken: SpokenMeetings;
  readonly account: {
    readonly requests: Requests;
    /** Holds a line to the mailbox. */
    connect(): void;
  };
}

export async function ask(asking: Asking, { to, ...options }: AskOptions): Promise<Meeting> {
  const { profile, spoken, account } = asking;
  if (to === undefined) return spoken.ask(null, options);
  const userId = await profile.accountOf(to);
  if (userId === null) return Meeting.over("unreachable", "passphrase");
  account.connect();
  // A newer request replaces the one before, as a newer key does.
  const former = spoken.ownTo(userId);
  if (former?.isUnanswered) await former.meeting.cancel();
  const theirs = account.requests.of(userId);
  return theirs === null
    ? spoken.ask(userId, options)
    : account.requests.answer(theirs.sid, options.passphrase, options);
}
