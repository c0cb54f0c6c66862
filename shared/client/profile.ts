// What one calls oneself, kept on the device, and what the server knows: a handle and who may find it.

import type { Account, Audience } from "../wire/auth.ts";
import { handleSchema, type UserId, userIdSchema } from "../wire/ids.ts";
import { NAME_MAX_CHARS } from "../wire/limits.ts";
import { laterThan } from "../core/line/laterThan.ts";
import { ProblemError } from "../wire/problem.ts";
import type { Device } from "./device.ts";
import type { Me } from "./model.ts";
import { type Sharing, UNSHARED } from "./sharing.ts";
import type { Store } from "./store/store.ts";

const PROFILE_ID = "profile";
/** The name as it was given last, on whichever device. */
export const NAME_ID = "name";

export interface StoredName {
  readonly name: string;
  /** Milliseconds by the clock of the device that made the change; 0 for what a new device was made with. */
  readonly changedAt: number;
}

/** The `name` is the one that the device was made with. */
type StoredProfile = { readonly name: string; readonly account: Account | null };

interface NameSharing extends Sharing {
  /** Told when the name has come from another device. */
  onName: () => Promise<void>;
}

export interface ProfileChange {
  readonly name?: string;
  /** `null` gives the handle up. */
  readonly handle?: string | null;
  readonly visibility?: Audience;
  readonly requestsFrom?: Audience;
}

export class Profile {
  readonly #device: Device;
  readonly #store: Store;
  readonly #changed: () => void;
  /** With the account's other devices. */
  #sharing: Sharing = UNSHARED;
  #stored: StoredProfile;
  #named: StoredName;
  /** How many changes the server has taken from this instance. */
  #changes = 0;

  private constructor(
    device: Device,
    store: Store,
    stored: StoredProfile,
    named: StoredName,
    changed: () => void,
  ) {
    this.#device = device;
    this.#store = store;
    this.#stored = stored;
    this.#named = named;
    this.#changed = changed;
  }

  /** @param name to begin with, when the device is new */
  static async open(
    device: Device,
    store: Store,
    name: string,
    changed: () => void,
  ): Promise<Profile> {
    const known = await store.get<StoredProfile>("settings", PROFILE_ID);
    const stored = known ?? { name: cleanName(name), account: null };
    if (known === null) await store.put("settings", PROFILE_ID, stored);
    return new Profile(device, store, stored, await ownName(store), changed);
  }

  get me(): Me {
    const { account } = this.#stored;
    return {
      userId: this.#device.identity.userId,
      deviceId: this.#device.self.deviceId,
      name: this.#named.name,
      handle: account?.handle ?? null,
      visibility: account?.visibility ?? "anyone",
      requestsFrom: account?.requestsFrom ?? "anyone",
    };
  }

  async update({ name, handle, visibility, requestsFrom }: ProfileChange): Promise<Me> {
    let { account } = this.#stored;
    const isOfServer = [handle, visibility, requestsFrom].some((one) => one !== undefined);
    if (isOfServer) {
      const body = {
        ...(handle !== undefined && { handle: handle === null ? null : checkedHandle(handle) }),
        ...(visibility !== undefined && { visibility }),
        ...(requestsFrom !== undefined && { requestsFrom }),
      };
      account = await this.#device.call("changeAccount", { body });
      this.#changes += 1;
    }
    if (name !== undefined) await this.#rename(cleanName(name));
    return this.#keep({ ...this.#stored, account });
  }

  /** From now on a new name goes to the account's other devices, and those of theirs come here. */
  shareBy(sharing: NameSharing): void {
    this.#sharing = sharing;
    sharing.onName = async () => {
      this.#named = await ownName(this.#store);
      this.#changed();
    };
  }

  /** Reads handle and visibility anew from the server. */
  async refresh(): Promise<Me> {
    const changes = this.#changes;
    const account = await this.#device.call("account", {});
    // What has been changed meanwhile is newer than what was read.
    return changes === this.#changes ? this.#keep({ ...this.#stored, account }) : this.me;
  }

  /** By id or handle. Null for an account that does not exist, or may not be found. */
  async accountOf(who: string): Promise<UserId | null> {
    const id = userIdSchema.safeParse(who.trim());
    if (id.success) return id.data;
    try {
      return (await this.find(who)).userId;
    } catch (error) {
      if (error instanceof ProblemError && error.code === "handle-unknown") return null;
      throw error;
    }
  }

  async find(handle: string): Promise<{ userId: UserId }> {
    const params = { handle: checkedHandle(handle) };
    const { userId } = await this.#device.call("findHandle", { params });
    return { userId };
  }

  async #rename(name: string): Promise<void> {
    const named: StoredName = {
      name,
      changedAt: laterThan(this.#named.changedAt, this.#sharing.now()),
    };
    await this.#store.apply([
      { collection: "settings", id: NAME_ID, value: named },
      ...this.#sharing.changes({ kind: "name", ...named }),
    ]);
    this.#named = named;
    this.#sharing.look();
  }

  async #keep(stored: StoredProfile): Promise<Me> {
    this.#stored = stored;
    await this.#store.put("settings", PROFILE_ID, stored);
    this.#changed();
    return this.me;
  }
}

/** What the account's person is called by others, as far as this device knows. */
export async function ownName(store: Store): Promise<StoredName> {
  const named = await store.get<StoredName>("settings", NAME_ID);
  if (named !== null) return named;
  const stored = await store.get<StoredProfile>("settings", PROFILE_ID);
  return { name: stored?.name ?? "", changedAt: 0 };
}

function cleanName(name: string): string {
  return name.normalize("NFC").replaceAll(/\s+/g, " ").trim().slice(0, NAME_MAX_CHARS);
}

/** Handles are lower case; a leading @ is how people write them. */
function checkedHandle(text: string): string {
  const handle = text.trim().toLowerCase().replace(/^@/, "");
  const parsed = handleSchema.safeParse(handle);
  if (parsed.success) return handle;
  const reason = parsed.error.issues[0]?.message ?? "is not valid";
  throw new ProblemError("malformed-request", {
    detail: `A handle ${reason}.`,
    fields: { handle: reason },
  });
}
