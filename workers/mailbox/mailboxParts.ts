// The parts of a mailbox, and what each needs of the others. The alarm serves all that is due in any of them.

import { earliest } from "../../shared/core/deadlines.ts";
import type { DeviceId } from "../../shared/wire/ids.ts";
import type { Env } from "../env.ts";
import { EarliestAlarm } from "../storage/earliestAlarm.ts";
import { AccountErasure } from "./accountErasure.ts";
import { AccountSettings } from "./accountSettings.ts";
import { AttemptErrands } from "./attemptErrands.ts";
import { AttemptList } from "./attemptList.ts";
import { BlobList } from "./blobList.ts";
import { ContactList } from "./contactList.ts";
import { ContactRequestBox } from "./contactRequestBox.ts";
import { DeviceList } from "./deviceList.ts";
import { GuessAdmission } from "./guessAdmission.ts";
import { Line } from "./line.ts";
import { Listings } from "./listings.ts";
import { MailboxSockets } from "./mailboxSockets.ts";
import { MailboxStore } from "./mailboxStore.ts";
import { ReleaseBox } from "./releaseBox.ts";
import { RequestBox } from "./requestBox.ts";
import { RoomList } from "./roomList.ts";
import type { StoredAccount } from "./storedAccount.ts";
import { TapBox } from "./tapBox.ts";

export class MailboxParts {
  readonly store: MailboxStore;
  readonly sockets: MailboxSockets;
  readonly admission: GuessAdmission;
  readonly attempts: AttemptList;
  readonly settings: AccountSettings;
  readonly contacts: ContactList;
  readonly releases: ReleaseBox;
  readonly line: Line;
  readonly devices: DeviceList;
  readonly blobs: BlobList;
  readonly erasure: AccountErasure;
  readonly taps: TapBox;
  readonly errands: AttemptErrands;
  readonly asking: ContactRequestBox;
  readonly rooms: RoomList;
  readonly #alarm: EarliestAlarm;
  readonly #listings: Listings;
  readonly #requests: RequestBox;

  constructor(ctx: DurableObjectState, env: Env) {
    const { storage } = ctx;
    this.store = new MailboxStore(storage);
    this.sockets = new MailboxSockets(ctx);
    this.admission = new GuessAdmission(ctx, env, this.store);
    this.#alarm = new EarliestAlarm(storage);
    const wakeBy = async (at: number) => {
      if (this.store.account() !== null) await this.#alarm.by(at);
    };
    this.attempts = new AttemptList(env, this.store, wakeBy);
    this.rooms = new RoomList(env, storage.kv, this.store, wakeBy);
    this.#listings = new Listings(env, this.store, this.rooms.news, wakeBy);
    this.settings = new AccountSettings(this.store, this.#listings);
    this.#requests = new RequestBox(env, this.store, this.sockets, wakeBy);
    const told = [this.store, this.sockets] as const;
    const { badge, inTurn } = this.#listings;
    this.asking = new ContactRequestBox(env, storage, ...told, badge, this.rooms, wakeBy);
    this.contacts = new ContactList(...told, this.#requests, this.asking, this.rooms.news);
    this.releases = new ReleaseBox(this.store, wakeBy);
    this.taps = new TapBox(ctx, env, ...told, wakeBy);
    const done = [this.contacts, this.releases, this.#requests, this.taps] as const;
    this.errands = new AttemptErrands(this.store, this.admission, ...done);
    this.line = new Line(ctx, env, ...told, this.#requests, wakeBy);
    this.blobs = new BlobList(env.BLOBS, this.store.blobs, wakeBy);
    const { attempts, line, asking, rooms } = this;
    this.devices = new DeviceList(ctx, ...told, attempts, line, asking, rooms.news);
    const parts = [this.store, inTurn, this.blobs, rooms, this.#alarm] as const;
    this.erasure = new AccountErasure(env, ...parts, (notice) => {
      for (const socket of ctx.getWebSockets()) line.closed(socket);
      this.sockets.end(notice);
    });
  }

  /** Null when the device has no say in the account, or there is none. */
  accountOf({ deviceId }: { readonly deviceId: DeviceId }): StoredAccount | null {
    return this.store.device(deviceId) === null ? null : this.store.account();
  }

  /** Serves all that is due: a change of the handle that was cut short, and what was kept long enough. */
  async serveDue(): Promise<void> {
    this.#alarm.fired();
    if (this.store.erasure() !== null) return void (await this.erasure.settle());
    const next = earliest(
      await this.#listings.settle(),
      await this.attempts.settle(),
      await this.rooms.news.settle(),
      await this.asking.settle(),
      this.#requests.prune(Date.now()),
      this.releases.prune(Date.now()),
      this.line.prune(Date.now()),
      this.taps.prune(Date.now()),
      await this.blobs.expire(Date.now()), // last: the account may be erased meanwhile
    );
    if (next !== null && this.store.account() !== null) await this.#alarm.by(next);
  }
}
