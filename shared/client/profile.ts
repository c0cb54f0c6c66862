// What one calls oneself, kept on the device, and what the server knows: a handle and who may find it.

import type { Account, Audience } from "../wire/auth.ts";
import { handleSchema, type UserId } from "../wire/ids.ts";
import { NAME_MAX_CHARS } from "../wire/limits.ts";
import { ProblemError } from "../wire/problem.ts";
import type { Device } from "./device.ts";
import type { Me } from "./model.ts";
import type { Store } from "./store/store.ts";

const PROFILE_ID = "profile";

type StoredProfile = { readonly name: string; readonly account: Account | null };

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
  #stored: StoredProfile;

  private constructor(device: Device, store: Store, stored: StoredProfile, changed: () => void) {
    this.#device = device;
    this.#store = store;
    this.#stored = stored;
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
    return new Profile(device, store, stored, changed);
  }

  get me(): Me {
    const { name, account } = this.#stored;
    return {
      userId: this.#device.identity.userId,
      deviceId: this.#device.self.deviceId,
      name,
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
    }
    return this.#keep({ name: name === undefined ? this.#stored.name : cleanName(name), account });
  }

  /** Reads handle and visibility anew from the server. */
  async refresh(): Promise<Me> {
    return this.#keep({ ...this.#stored, account: await this.#device.call("account", {}) });
  }

  async find(handle: string): Promise<{ userId: UserId }> {
    const params = { handle: checkedHandle(handle) };
    const { userId } = await this.#device.call("findHandle", { params });
    return { userId };
  }

  async #keep(stored: StoredProfile): Promise<Me> {
    this.#stored = stored;
    await this.#store.put("settings", PROFILE_ID, stored);
    this.#changed();
    return this.me;
  }
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
