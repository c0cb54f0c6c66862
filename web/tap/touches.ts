// Who has become a contact by a touch while this page is open, and the one that the Tap screen shows large. A copy for
// rendering; the SDK's store holds the truth.

import { ConnectionError, type Contact, type TappedPeer } from "../../shared/client/index.ts";
import { notify, speak } from "../announcements.ts";
import { withPlainName } from "../plainName.ts";
import { go, paths } from "../router.ts";
import { session } from "../session.ts";
import { Store } from "../store.ts";
import { explainRefusal, tapProblem } from "./outcomes.ts";
import { nameOnceKnown } from "./present.ts";

/** What the screen shows of the latest touch. */
export type Moment =
  | { readonly is: "connecting" }
  /** `isNew` is false for those who were contacts before. */
  | { readonly is: "joined"; readonly contact: Contact; readonly isNew: boolean }
  | { readonly is: "refused"; readonly title: string; readonly advice: string };

interface TouchState {
  readonly moment: Moment | null;
  /** The ones before, the latest first. */
  readonly earlier: readonly Contact[];
}

const MOST_EARLIER = 8;
const JOY_MS = [18, 70, 28];

class TouchLog {
  readonly store = new Store<TouchState>({ moment: null, earlier: [] });
  #isWatched = false;
  #isToldElsewhere = false;

  /** The function returned ends it. */
  follow(): () => void {
    return session.acquaint.on((event) => {
      if (event.event === "tapped") this.#hear(withPlainName(event.contact));
      if (event.event === "undone") this.#forget(event.userId, withPlainName(event).name);
    });
  }

  /** The Tap screen shows each touch by itself, until the function returned is called. */
  watch(): () => void {
    this.#isWatched = true;
    this.show(null);
    return () => {
      this.#isWatched = false;
      this.show(null);
    };
  }

  /** A view tells of the touches that it makes, in a place of its own. */
  tellElsewhere(): () => void {
    this.#isToldElsewhere = true;
    return () => {
      this.#isToldElsewhere = false;
    };
  }

  /** Submits a ticket that was read. False when nothing is known of it, and it may be read again. */
  async read(url: string): Promise<boolean> {
    this.show({ is: "connecting" });
    try {
      const { peers } = await session.acquaint.taps.tap([url]);
      await session.readContacts();
      if (peers[0] !== undefined) this.#take(peers[0]);
      return true;
    } catch (error) {
      const isOffline = error instanceof ConnectionError;
      this.refuse(isOffline ? "No connection" : "That did not work", tapProblem(error));
      return false;
    }
  }

  refuse(title: string, advice: string): void {
    this.show({ is: "refused", title, advice });
    speak(`${title}. ${advice}`);
  }

  async undo(contact: Contact): Promise<void> {
    await session.acquaint.taps.undo(contact.userId);
    await session.readContacts();
    this.#forget(contact.userId, contact.name);
  }

  show(moment: Moment | null): void {
    const { moment: before, earlier } = this.store.state;
    const hasJoined = before?.is === "joined" ? [before.contact] : [];
    const isSame = moment?.is === "joined" && hasJoined[0]?.userId === moment.contact.userId;
    const now = moment?.is === "joined" ? moment.contact.userId : null;
    const kept = [...(isSame ? [] : hasJoined), ...earlier];
    const once = kept.filter(
      ({ userId }, index) =>
        userId !== now && kept.findIndex((other) => other.userId === userId) === index,
    );
    this.store.change({ moment, earlier: once.slice(0, MOST_EARLIER) });
  }

  #take(peer: TappedPeer): void {
    const { outcome, contact, advice } = peer;
    if (contact === null) {
      const refusal = explainRefusal(peer);
      return this.refuse(refusal.title, refusal.advice);
    }
    const { moment } = this.store.state;
    const plain = withPlainName(contact);
    // When both have read each other's code, the second touch finds the contact that the first has made.
    const isJoined = moment?.is === "joined" && moment.contact.userId === contact.userId;
    if (outcome === "established") this.#celebrate(plain);
    else if (isJoined) this.show({ ...moment, contact: plain });
    else this.show({ is: "joined", contact: plain, isNew: this.#isRecent(contact.userId) });
    if (outcome !== "established") speak(advice);
  }

  #hear(contact: Contact): void {
    if (this.#isToldElsewhere) return;
    if (this.#isWatched) return this.#celebrate(contact);
    const show = { label: "Show", run: () => go(paths.contact(contact.userId)) };
    void nameOnceKnown(contact).then((name) => notify(`You and ${name} are in contact.`, show));
  }

  #celebrate(contact: Contact): void {
    const { moment } = this.store.state;
    const isTold = moment?.is === "joined" && moment.contact.userId === contact.userId;
    this.show({ is: "joined", contact, isNew: true });
    if (isTold) return;
    void nameOnceKnown(contact).then((name) => speak(`You and ${name} are in contact.`));
    // Browsers complain of a vibration before the page was ever touched.
    if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(JOY_MS);
  }

  #isRecent(userId: string): boolean {
    return this.store.state.earlier.some((one) => one.userId === userId);
  }

  #forget(userId: string, name: string): void {
    const { moment, earlier } = this.store.state;
    const isShown = moment?.is === "joined" && moment.contact.userId === userId;
    this.store.change({
      moment: isShown ? null : moment,
      earlier: earlier.filter((one) => one.userId !== userId),
    });
    notify(`The tap with ${name} is undone.`);
  }
}

export const touches = new TouchLog();
