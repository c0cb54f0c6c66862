// The rooms that this page is in, and what happens in them wherever one is on the page: invitations to step aside, rooms
// for two that begin and end, and being put out of a room.

import {
  DENIED_SECONDS,
  type Invitation,
  type InvitationOutcome,
  type Pair,
  ProblemError,
  type StayEnd,
} from "../../shared/client/index.ts";
import { parseRoomLink } from "../../shared/client/rooms/links.ts";
import { notify } from "../announcements.ts";
import { problemText } from "../problems.ts";
import { go, goInstead, paths } from "../router.ts";
import { session } from "../session.ts";
import { copy } from "../sharing.ts";
import { Store } from "../store.ts";
import { denials, parents } from "./keptHere.ts";
import { forgetTokenOf, keepTokenOf, wayInto } from "./linkTokens.ts";
import { type Aside, Stay } from "./stay.ts";
import { wasIn } from "./wasIn.ts";
import { endText, offerOverText, outcomeText } from "./words.ts";

interface StaysState {
  readonly stays: readonly Stay[];
  /** Invitations that are being answered here. */
  readonly answering: readonly string[];
}

class Stays {
  readonly store = new Store<StaysState>({ stays: [], answering: [] });
  /** What one was called in the last room. */
  lastName: string | null = null;
  /** Those with whom this page wants to be alone: it follows into the room for the two. */
  readonly #wanted = new Set<string>();
  readonly #declined = new Set<string>();

  find(roomId: string): Stay | null {
    return this.store.state.stays.find((stay) => stay.roomId === roomId) ?? null;
  }

  /**
   * @param room an id or a link
   * @param aside of a room for two: where both came from, and the other one's name
   */
  async join(room: string, name: string, aside: Aside | null = null): Promise<Stay> {
    this.lastName = name;
    keepTokenOf(room);
    const roomId = parseRoomLink(room)?.roomId ?? room;
    const from = aside ?? (await this.#asideAgain(roomId, name));
    const joined = await session.acquaint.rooms.join(room, { name }).catch((error: unknown) => {
      if (error instanceof ProblemError && error.code === "link-needed") forgetTokenOf(room);
      throw error;
    });
    const known = this.find(joined.roomId);
    if (known !== null && known.joined === joined) return known;
    if (known !== null) this.forget(known);
    const wasHere = wasIn.find(joined.roomId)?.isWaiting === false;
    const stay = new Stay(joined, from, wasHere);
    joined.on((change) => {
      if (change.event !== "message") this.#keep(stay, name);
      if (change.event === "invitationOver") {
        this.#invitationOver(stay, change.invitation, change.outcome, change.pair);
      }
      if (change.event === "over") this.#over(stay, change.end);
    });
    this.store.change({ stays: [...this.store.state.stays, stay] });
    this.#keep(stay, name);
    return stay;
  }

  /** What brings this window back when it is loaded anew. */
  #keep(stay: Stay, name: string): void {
    const { state, room, me } = stay.joined;
    if (this.find(stay.roomId) !== stay || room === null || state === "over") return;
    const { roomId, title } = stay;
    const isWaiting = me === null;
    const isPair = room.kind === "pair";
    const { userId } = session.acquaint.me;
    wasIn.keep({ roomId, userId, name: me?.name ?? name, title, isWaiting, isPair });
  }

  /** Out of the room, with all devices; of a room for two, back to where both came from. */
  async leave(stay: Stay): Promise<void> {
    const asides = this.store.state.stays.filter(({ parent }) => parent === stay);
    for (const one of [...asides, stay]) {
      this.forget(one);
      wasIn.drop(one.roomId);
      if (one.parent !== null) one.draft = "";
    }
    if (location.hash === paths.room(stay.roomId)) this.#goOn(stay);
    await stay.joined.leave();
  }

  forget(stay: Stay): void {
    this.store.change({ stays: this.store.state.stays.filter((one) => one !== stay) });
  }

  async invite(stay: Stay, userId: string): Promise<void> {
    this.#wanted.add(userId);
    try {
      await stay.joined.invite(userId);
    } catch (error) {
      this.#wanted.delete(userId);
      throw error;
    }
  }

  async accept(stay: Stay, { invitationId, from }: Invitation): Promise<void> {
    this.#wanted.add(from);
    await this.#answer(invitationId, () => stay.joined.accept(invitationId));
  }

  async decline(stay: Stay, { invitationId }: Invitation): Promise<void> {
    this.#declined.add(invitationId);
    await this.#answer(invitationId, () => stay.joined.decline(invitationId));
  }

  async cancel(stay: Stay, { invitationId, to }: Invitation): Promise<void> {
    this.#wanted.delete(to);
    await this.#answer(invitationId, () => stay.joined.cancel(invitationId));
  }

  /** Goes into the room for two, or comes to it again. */
  async enterPair(stay: Stay, pair: Pair): Promise<void> {
    const name = stay.joined.me?.name ?? this.lastName ?? session.store.state.me?.name ?? "";
    try {
      if (this.find(pair.roomId) === null) {
        const other = stay.nameOf(pair.with) ?? session.nameOf(pair.with);
        parents.keep(pair.roomId, stay.roomId);
        await this.join(pair.roomId, name, { parent: stay, other });
      }
      go(paths.room(pair.roomId));
    } catch (error) {
      notify(`You could not step aside. ${problemText(error)}`);
    }
  }

  /** Where both came from, of a room for two that one comes to again: whoever is not there is not aside for long. */
  async #asideAgain(roomId: string, name: string): Promise<Aside | null> {
    const parentId = parents.of(roomId);
    if (parentId === null) return null;
    try {
      const parent = this.find(parentId) ?? (await this.join(wayInto(parentId), name));
      const { pair } = parent.joined;
      const other = pair?.roomId === roomId ? parent.nameOf(pair.with) : null;
      return { parent, other: other ?? "Somebody" };
    } catch {
      return null; // The room for two says itself whether it is over.
    }
  }

  async #answer(invitationId: string, work: () => Promise<unknown>): Promise<void> {
    const { answering } = this.store.state;
    this.store.change({ answering: [...answering, invitationId] });
    try {
      await work();
    } catch (error) {
      notify(problemText(error));
    } finally {
      const left = this.store.state.answering.filter((one) => one !== invitationId);
      this.store.change({ answering: left });
    }
  }

  #invitationOver(
    stay: Stay,
    { invitationId, from, to }: Invitation,
    outcome: InvitationOutcome,
    pair: Pair | null,
  ): void {
    const isOwn = from === stay.joined.me?.userId;
    const other = isOwn ? to : from;
    const isWanted = this.#wanted.delete(other);
    if (outcome === "accepted" && pair !== null) {
      if (isWanted) void this.enterPair(stay, pair);
      return;
    }
    // Other pages of the account have nothing to say about what was asked or answered here.
    if (isOwn ? !isWanted : this.#declined.has(invitationId)) return;
    // One's own new invitation ends the one before it, and so does stepping aside with somebody else.
    if (outcome === "taken" && stay.joined.pair !== null) return;
    const name = stay.nameOf(other) ?? session.nameOf(other);
    const text = isOwn ? outcomeText(outcome, name) : offerOverText(outcome, name);
    if (text !== null) notify(text);
  }

  #over(stay: Stay, end: StayEnd): void {
    const isGone = this.find(stay.roomId) !== stay;
    if (isGone) return;
    const isLinkOver = end.kind === "refused" && end.problem === "link-needed";
    const mayComeBack =
      end.kind === "left" ? end.leaving === "elsewhere" : !isLinkOver && endText(end).again;
    if (!mayComeBack) wasIn.drop(stay.roomId);
    if (isLinkOver) forgetTokenOf(wayInto(stay.roomId));
    if (end.kind === "left" && end.leaving === "denied") {
      denials.keep(stay.roomId, `${Date.now() + DENIED_SECONDS * 1000}`);
    }
    const isShown = location.hash === paths.room(stay.roomId);
    const isHere = end.kind === "left" && end.leaving !== "elsewhere";
    if (isHere && stay.parent !== null && this.find(stay.parent.roomId) === stay.parent) {
      this.forget(stay);
      // Another page of the account may have left.
      const what = stay.hasMet ? "has left" : "did not come";
      const why = end.leaving === "left" ? "" : `${stay.title} ${what}. `;
      notify(`${why}You are back in ${stay.parent.title}.`, rescue(stay));
      if (isShown) goInstead(paths.room(stay.parent.roomId));
    } else if (!isShown) {
      this.forget(stay);
      notify(`${stay.title}: ${endText(end).title.toLowerCase()}.`, rescue(stay));
    }
  }

  /** Also where one could not come into it again, which is said there. */
  #goOn({ roomId, parent }: Stay): void {
    const parentId = parent?.roomId ?? parents.of(roomId);
    goInstead(parentId === null ? paths.rooms : paths.room(parentId));
  }
}

export const stays = new Stays();

/** What one was writing in a room that is over, where no view of it shows that. */
function rescue(stay: Stay): Parameters<typeof notify>[1] {
  const { draft } = stay;
  if (draft === "") return null;
  // Nobody comes into a room for two again.
  if (stay.parent !== null) stay.draft = "";
  return { label: "Copy what you wrote", run: () => void copy(draft, "What you wrote") };
}

/** What those are called with whom one is in a room, wherever it is said. */
session.addNames((userId) => {
  for (const stay of stays.store.state.stays) {
    const name = stay.nameOf(userId);
    if (name !== null) return name;
  }
  return null;
});
