// What attempts, and submissions of taps, owe to this account.

import type { Errand } from "../../shared/core/pairing/errands.ts";
import type { ContactList } from "./contactList.ts";
import type { GuessAdmission } from "./guessAdmission.ts";
import type { MailboxStore } from "./mailboxStore.ts";
import type { ReleaseBox } from "./releaseBox.ts";
import type { RequestBox } from "./requestBox.ts";
import type { TapBox, TapErrand } from "./tapBox.ts";

export class AttemptErrands {
  readonly #store: MailboxStore;
  readonly #admission: GuessAdmission;
  readonly #contacts: ContactList;
  readonly #releases: ReleaseBox;
  readonly #requests: RequestBox;
  readonly #taps: TapBox;

  constructor(
    store: MailboxStore,
    admission: GuessAdmission,
    contacts: ContactList,
    releases: ReleaseBox,
    requests: RequestBox,
    taps: TapBox,
  ) {
    this.#store = store;
    this.#admission = admission;
    this.#contacts = contacts;
    this.#releases = releases;
    this.#requests = requests;
    this.#taps = taps;
  }

  /** Doing it again changes nothing. False when there is no such account. */
  async take(errand: Errand | TapErrand): Promise<boolean> {
    if (this.#store.account() === null) return false;
    switch (errand.kind) {
      case "contact":
        if (errand.guess !== null) this.#admission.settle(errand.guess);
        this.#contacts.keep(errand.delivery.contact);
        await this.#releases.keep(errand.delivery.release);
        break;
      case "request":
        await this.#requests.arrive(errand.request);
        break;
      case "requestOver":
        await this.#requests.over(errand.sid, errand.outcome);
        break;
      case "settlement":
        this.#admission.settle(errand.guess);
        if (errand.isFailure) this.#admission.countFailure(errand.sid, errand.party.network);
        break;
      default:
        return this.#taps.take(errand);
    }
    return true;
  }
}
