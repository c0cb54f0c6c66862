// What the page says besides its views: short notices with an optional action (undo), and texts
// for screen readers alone. Each notice leaves by itself; what it held back then happens.

import { Store } from "./store.ts";

const NOTICE_LASTS_MS = 5_000;
/** Time to be read aloud; later it would be found in the page as if it still held. */
const SPOKEN_LASTS_MS = 10_000;
/** Long enough to find the button without a mouse. */
const NOTICE_WITH_ACTION_LASTS_MS = 12_000;

export interface Notice {
  readonly text: string;
  readonly action: { readonly label: string; readonly run: () => void } | null;
}

interface Said {
  readonly notice: Notice | null;
  /** Read aloud, never shown. */
  readonly spoken: string;
  /** While modal sheets are open, the notice is in the topmost of them: the rest of the page is shut off. */
  readonly sheets: number;
}

export const announcements = new Store<Said>({ notice: null, spoken: "", sheets: 0 });

let timer: ReturnType<typeof setTimeout> | undefined;
let spokenTimer: ReturnType<typeof setTimeout> | undefined;
let whenGone: (() => void) | undefined;

/** The same text again differs by a blank, since only changes are heard. */
export function speak(text: string): void {
  const isSame = text === announcements.state.spoken;
  announcements.change({ spoken: isSame ? `${text}\u00a0` : text });
  clearTimeout(spokenTimer);
  spokenTimer = setTimeout(() => announcements.change({ spoken: "" }), SPOKEN_LASTS_MS);
}

/** @param afterwards runs once the notice has left without its action being taken */
export function notify(
  text: string,
  action: Notice["action"] = null,
  afterwards?: () => void,
): void {
  dismissNotice();
  whenGone = afterwards;
  announcements.change({ notice: { text, action } });
  timer = setTimeout(
    dismissNotice,
    action === null ? NOTICE_LASTS_MS : NOTICE_WITH_ACTION_LASTS_MS,
  );
}

export function dismissNotice(): void {
  clearTimeout(timer);
  const held = whenGone;
  whenGone = undefined;
  if (announcements.state.notice !== null) announcements.change({ notice: null });
  held?.();
}

export function takeNoticeAction(): void {
  const action = announcements.state.notice?.action;
  whenGone = undefined;
  dismissNotice();
  action?.run();
}

// What a notice holds back happens before the page goes.
addEventListener("pagehide", dismissNotice);
