// One handle, or recovery id, and whose it is. Claims are atomic because each is an object of its own.

import { DurableObject } from "cloudflare:workers";
import type { UserId } from "../../shared/wire/ids.ts";
import type { Env } from "../env.ts";

const OWNER_KEY = "owner";

export class Directory extends DurableObject<Env> {
  /** True when the handle is the user's afterwards. */
  claim(userId: UserId): boolean {
    const owner = this.owner();
    if (owner === null) this.ctx.storage.kv.put(OWNER_KEY, userId);
    return owner === null || owner === userId;
  }

  async release(userId: UserId): Promise<void> {
    if (this.owner() === userId) await this.ctx.storage.deleteAll();
  }

  owner(): UserId | null {
    return this.ctx.storage.kv.get<UserId>(OWNER_KEY) ?? null;
  }
}
