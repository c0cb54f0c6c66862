// The live regions: the notice at the foot of the page, or above an open sheet, and the texts that are only spoken. They
// stay in the document, since screen readers hear changes of what is there already.

import { announcements, dismissNotice, takeNoticeAction } from "../announcements.ts";
import { useStore } from "../store.ts";
import { Icon } from "./Icon.tsx";

export function Announcer() {
  const isCovered = useStore(announcements, (state) => state.sheets > 0);
  return (
    <>
      <Spoken />
      {!isCovered && <NoticePlace />}
    </>
  );
}

export function NoticePlace() {
  const notice = useStore(announcements, (state) => state.notice);
  return (
    <div class="notice-place" role="status">
      {notice !== null && (
        <div class="notice">
          <span>{notice.text}</span>
          {notice.action !== null && (
            <button
              type="button"
              class="notice-action"
              onClick={() => thenToContent(takeNoticeAction)}
            >
              {notice.action.label}
            </button>
          )}
          <button
            type="button"
            class="notice-close"
            aria-label="Dismiss"
            onClick={() => thenToContent(dismissNotice)}
          >
            <Icon name="close" />
          </button>
        </div>
      )}
    </div>
  );
}

/** A modal sheet has one of its own: what lies below it is not heard meanwhile. */
export function Spoken() {
  const spoken = useStore(announcements, (state) => state.spoken);
  return (
    <div class="unseen" aria-live="polite">
      {spoken}
    </div>
  );
}

/** The pressed button goes with its notice; the focus must not be lost with it. */
function thenToContent(action: () => void): void {
  action();
  const inSheet = document.querySelector<HTMLElement>("dialog[open] .heading");
  (inSheet ?? document.getElementById("content"))?.focus({ preventScroll: true });
}
