// Follows who asks for one in the rooms that this page is in: it shows in the title of the tab, and what happens in a room
// that is not shown is told aloud.

import { speak } from "../announcements.ts";
import { paths } from "../router.ts";
import { setAskingInTitle } from "../title.ts";
import { askedText, askingIn } from "./asking.ts";
import type { Stay } from "./stay.ts";
import { stays } from "./stays.ts";

const followed = new Map<Stay, () => void>();

function followAll(): void {
  const all = stays.store.state.stays;
  for (const [stay, stop] of followed) {
    if (all.includes(stay)) continue;
    stop();
    followed.delete(stay);
  }
  for (const stay of all) if (!followed.has(stay)) followed.set(stay, follow(stay));
  count();
}

function follow(stay: Stay): () => void {
  let before = stay.store.state;
  return stay.store.subscribe(() => {
    const now = stay.store.state;
    const text = askedText(stay.title, before, now);
    before = now;
    if (text !== "" && location.hash !== paths.room(stay.roomId)) speak(text);
    count();
  });
}

function count(): void {
  setAskingInTitle(
    stays.store.state.stays.reduce((sum, { store }) => sum + askingIn(store.state), 0),
  );
}

stays.store.subscribe(followAll);
