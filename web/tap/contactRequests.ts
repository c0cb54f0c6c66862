// Requests to become contacts, of others and one's own, as the page shows them. They wait for days, so none of them
// covers what one is at. A copy for rendering; the SDK's store holds the truth.

import type {
  AcquaintEvent,
  AskedContactRequest,
  IncomingContactRequest,
} from "../../shared/client/index.ts";
import { notify } from "../announcements.ts";
import { withPlainName } from "../plainName.ts";
import { problemText } from "../problems.ts";
import { go, paths } from "../router.ts";
import { session } from "../session.ts";
import { Store } from "../store.ts";
import { isShortId } from "./nameList.ts";
import { nameOnceKnown } from "./present.ts";

interface ContactRequestsState {
  readonly waiting: readonly IncomingContactRequest[];
  readonly asked: readonly AskedContactRequest[];
  /** Put off: they are listed under the contacts alone, until the page is opened anew. */
  readonly later: readonly string[];
  /** The one that is being answered or withdrawn. */
  readonly busy: string | null;
}

type ContactRequestOver = Extract<AcquaintEvent, { readonly event: "contactRequestOver" }>;
/** Further down, the line above the content is out of sight. */
const SCROLLED_PX = 80;

interface Asker {
  readonly from: string;
  readonly name: string;
}

type Answer = "approve" | "decline" | "withdraw" | "block";

class ContactRequests {
  readonly store = new Store<ContactRequestsState>({
    waiting: [],
    asked: [],
    later: [],
    busy: null,
  });
  readonly #answeredHere = new Set<string>();
  readonly #names = new Map<string, string>();
  #isFirst = true;

  /** The function returned ends it. */
  follow(): () => void {
    this.read();
    return session.acquaint.on((event) => {
      if (event.event === "contactRequests") this.read();
      if (event.event === "contactRequestOver") void this.#over(event);
    });
  }

  read(): void {
    const { badges } = session.acquaint;
    const before = this.store.state.waiting;
    const waiting = badges.waiting().map(withPlainName);
    const isNew = ({ requestId }: IncomingContactRequest) =>
      !before.some((one) => one.requestId === requestId);
    // At the top of the page, and above a sheet, the line itself is seen, and read aloud.
    const isShown = scrollY <= SCROLLED_PX || document.querySelector("dialog.sheet") !== null;
    if (!this.#isFirst && !isShown) {
      for (const request of waiting.filter(isNew)) {
        notify(`${askerName(request)} asks to become a contact.`, {
          label: "Show",
          run: () => scrollTo({ top: 0, behavior: "smooth" }),
        });
      }
    }
    this.#isFirst = false;
    this.store.change({ waiting, asked: [...badges.asked()] });
  }

  /** Badges and rooms tell what to call whoever one asks; requests do not. */
  learnName(userId: string, name: string): void {
    this.#names.set(userId, name);
  }

  nameOf(userId: string): string {
    const name = session.nameOf(userId);
    return isShortId({ userId, name }) ? (this.#names.get(userId) ?? name) : name;
  }

  putOff(requestId: string): void {
    this.store.change({ later: [...this.store.state.later, requestId] });
  }

  async answer(request: { readonly requestId: string }, how: Answer): Promise<void> {
    const { requestId } = request;
    this.store.change({ busy: requestId });
    this.#answeredHere.add(requestId);
    try {
      await session.acquaint.badges[how](requestId);
      await session.readContacts();
      this.read();
      this.#tellOfAnswer(request, how);
    } catch (error) {
      this.#answeredHere.delete(requestId);
      notify(problemText(error));
    } finally {
      this.store.change({ busy: null });
    }
  }

  #tellOfAnswer(request: { readonly requestId: string }, how: Answer): void {
    if (how === "withdraw") return notify("Your request is withdrawn.");
    const { from, name } = request as IncomingContactRequest;
    const who = askerName({ from, name });
    if (how === "approve") tellOfContact(from, name);
    else if (how === "decline") notify(`You declined. ${who} is told.`);
    else
      notify(`${who} is blocked. They are not told.`, {
        label: "Undo",
        run: () => unblock(from, who),
      });
  }

  async #over({ requestId, userId, isOwn, end }: ContactRequestOver): Promise<void> {
    if (this.#answeredHere.has(requestId)) return;
    const asker = this.store.state.waiting.find((one) => one.requestId === requestId);
    await session.readContacts();
    this.read();
    const name = asker?.name ?? this.nameOf(userId);
    const who = askerName({ from: userId, name });
    if (end === "approved") {
      tellOfContact(userId, name);
    } else if (isOwn && end === "declined") {
      notify(`${who} does not want to become contacts now.`);
    } else if (isOwn && end === "expired") {
      notify("Your request to become contacts has had no answer, and is over.");
    } else if (!isOwn && end === "withdrawn") {
      notify(`${who} has withdrawn the request.`);
    }
  }
}

export const contactRequests = new ContactRequests();

/** Null where the id alone is known. */
function shownName({ from, name }: Asker): string | null {
  if (!isShortId({ userId: from, name })) return name;
  return session.knownName(from);
}

/** Whoever has no handle, and is met nowhere, is told apart by the id alone. */
export function askerName(asker: Asker): string {
  return shownName(asker) ?? `Someone (${asker.name})`;
}

function unblock(userId: string, who: string): void {
  const undone = async () => {
    await session.acquaint.contacts.unblock(userId);
    await session.readContacts();
    notify(`${who} is no longer blocked. Their request is over; they can ask again.`);
  };
  undone().catch((error: unknown) => notify(problemText(error)));
}

function tellOfContact(userId: string, name: string): void {
  const show = { label: "Show", run: () => go(paths.contact(userId)) };
  void nameOnceKnown({ userId, name }).then((known) =>
    notify(`You and ${known} are in contact.`, show),
  );
}
