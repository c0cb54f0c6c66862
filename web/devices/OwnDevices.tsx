// What the page says of this account's devices wherever one is: that one wants to be let in, and how much of the
// history has come to this one.

import { useEffect } from "preact/hooks";
import { session } from "../session.ts";
import { useStore } from "../store.ts";
import { ApplicantSheet } from "./ApplicantSheet.tsx";
import { applicantName, ownDevices } from "./ownDevices.ts";

export function OwnDevices() {
  const { applicants, aside, history } = useStore(ownDevices.store, (state) => state);
  const hasRequest = useStore(session.incoming.store, (state) => state.open !== null);
  useEffect(() => ownDevices.follow(), []);
  const [next, ...others] = applicants.filter(({ userId }) => !aside.includes(userId));
  return (
    <>
      <div class="banners-waiting" role="status">
        {applicants
          .filter(({ userId }) => aside.includes(userId))
          .map(({ userId, name }) => (
            <p key={userId} class="banner" data-kind="meeting">
              <span>{applicantName(name)} waits to join your account</span>
              <span class="banner-actions">
                <button
                  type="button"
                  class="banner-action"
                  onClick={() => ownDevices.takeUp(userId)}
                >
                  Answer<span class="unseen"> {applicantName(name)}</span>
                </button>
              </span>
            </p>
          ))}
      </div>
      {history !== null && (
        <div class="banner" data-kind="meeting">
          <span>Your messages come from your other device. Leave both open.</span>
          <progress
            aria-label="Messages that have come"
            value={history.done}
            max={Math.max(history.total, 1)}
          />
        </div>
      )}
      {/* One sheet at a time: a request to meet has a clock, this has none. */}
      {next !== undefined && !hasRequest && (
        <ApplicantSheet key={next.userId} applicant={next} more={others.length} />
      )}
    </>
  );
}
