// One operator: a platform that opens rooms for its own people. Its API key is known by a digest alone. Let go, it has no
// key from that moment, and once its rooms are closed nothing of it is kept.

import { DurableObject } from "cloudflare:workers";
import { equalBytes, utf8 } from "../../shared/core/crypto/bytes.ts";
import { retryDelayMs } from "../../shared/core/deadlines.ts";
import type { RoomId } from "../../shared/wire/ids.ts";
import { ROOMS_PER_OPERATOR } from "../../shared/wire/limits.ts";
import type { OperatorRecord } from "../../shared/wire/rooms.ts";
import type { Env } from "../env.ts";
import { DONE, type Result } from "../mailbox/results.ts";
import { OwnedRooms } from "../room/ownedRooms.ts";

const STATE_KEY = "operator";
/** How soon the alarm goes on with what a crash has cut short. */
const CHECK_MS = 10_000;
const UNKNOWN: Result<never> = { ok: false, code: "operator-unknown" };

interface OperatorState {
  readonly operatorId: string;
  readonly name: string;
  /** Of its key (apiKey.ts); null once it is let go. */
  readonly digest: string | null;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

export class Operator extends DurableObject<Env> {
  readonly #rooms: OwnedRooms;
  #tries = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#rooms = new OwnedRooms(env, ctx.storage.kv, ROOMS_PER_OPERATOR);
  }

  create(operatorId: string, name: string, digest: string): void {
    if (this.#stored() !== null) return;
    this.#store({ operatorId, name, digest, createdAt: Date.now() });
  }

  /** Null unless it is the digest of the key that counts. */
  verify(digest: string): { readonly operatorId: string; readonly name: string } | null {
    const operator = this.#present();
    if (operator === null || !equalBytes(utf8(operator.digest), utf8(digest))) return null;
    return { operatorId: operator.operatorId, name: operator.name };
  }

  describe(): OperatorRecord | null {
    const operator = this.#present();
    if (operator === null) return null;
    const { operatorId, name, createdAt } = operator;
    return { operatorId, name, createdAt, rooms: this.#rooms.list() };
  }

  /** From then on the key before is good for nothing. */
  renew(digest: string): Result<null> {
    const operator = this.#present();
    if (operator === null) return UNKNOWN;
    this.#store({ ...operator, digest });
    return DONE;
  }

  /** Again, it changes nothing. */
  async remove(): Promise<Result<null>> {
    const operator = this.#present();
    if (operator === null) return this.#stored() === null ? UNKNOWN : DONE;
    this.#store({ ...operator, digest: null });
    await this.ctx.storage.setAlarm(Date.now() + CHECK_MS);
    this.ctx.waitUntil(this.#end());
    return DONE;
  }

  /** Before the room is opened, so that it never stands without its operator. */
  async noteRoom(roomId: RoomId): Promise<Result<null>> {
    if (this.#present() !== null) await this.#rooms.makePlace();
    if (this.#present() === null) return UNKNOWN;
    return this.#rooms.note(roomId) ? DONE : { ok: false, code: "list-full" };
  }

  forgetRoom(roomId: RoomId): void {
    if (this.#stored() !== null) this.#rooms.forget(roomId);
  }

  override alarm(): Promise<void> {
    return this.#end();
  }

  /** Goes on with the end, if it has begun. */
  async #end(): Promise<void> {
    const operator = this.#stored();
    if (operator === null || operator.digest !== null) return;
    const next = await this.#rooms.closeAll();
    if (next === null) return this.ctx.storage.deleteAll();
    this.#tries += 1;
    await this.ctx.storage.setAlarm(Math.max(next, Date.now() + retryDelayMs(this.#tries)));
  }

  #present(): (OperatorState & { readonly digest: string }) | null {
    const operator = this.#stored();
    if (operator === null) return null;
    const { digest } = operator;
    return digest === null ? null : { ...operator, digest };
  }

  #stored(): OperatorState | null {
    return this.ctx.storage.kv.get<OperatorState>(STATE_KEY) ?? null;
  }

  #store(operator: OperatorState): void {
    this.ctx.storage.kv.put(STATE_KEY, operator);
  }
}
