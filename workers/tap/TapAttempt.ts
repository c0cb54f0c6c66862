// One submission of tickets, named by its initiator and id. A thin shell: it has the table decide, stores one value,
// and drives what is owed to mailboxes and to the group. Whoever asks is admitted by a mailbox before.

import { DurableObject } from "cloudflare:workers";
import { earliest, retryDelayMs } from "../../shared/core/deadlines.ts";
import { deadlineOf, step } from "../../shared/core/tap/attempt.ts";
import { type Errand, errandFor, type ErrandName } from "../../shared/core/tap/errands.ts";
import type { Reply, TapEvent } from "../../shared/core/tap/events.ts";
import { memberKeyOf, tableToSign, tapOf } from "../../shared/core/tap/showing.ts";
import { FREE, type TapState } from "../../shared/core/tap/state.ts";
import { fromBase64Url } from "../../shared/core/crypto/bytes.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import type { Tap } from "../../shared/wire/tap.ts";
import type { Actor } from "../auth/tokens.ts";
import type { Env } from "../env.ts";
import type { Result } from "../mailbox/results.ts";
import { groupOf, mailboxOf } from "../objects.ts";
import { ErrandQueue } from "../pairing/errandQueue.ts";
import { isSignedWith } from "./issuer.ts";

const STATE_KEY = "tap";
/** How long an answer waits for mailboxes; what is not done by then goes on without it. */
const PATIENCE_MS = 10_000;
/** How soon the alarm goes on with what a crash has cut short. */
const CHECK_MS = 10_000;
/** What has failed is tried again after the one, and then less and less often until the other. */
const RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 300_000;

type Submission = Omit<Extract<TapEvent, { type: "submit" }>, "type">;

/** What somebody at a table, or after a touch, does. */
export type TapAct =
  | { readonly type: "share"; readonly share: string }
  | { readonly type: "confirm"; readonly signature: string }
  | { readonly type: "decline" }
  | { readonly type: "undo"; readonly peer: UserId };

export class TapAttempt extends DurableObject<Env> {
  readonly #errands = new ErrandQueue();
  #underWay = 0;
  #waiting: (() => void)[] = [];
  #state: TapState | undefined;
  /** The state in memory is ahead of the stored one by soft steps. */
  #isAhead = false;
  #hasServed = false;
  /** Since the alarm last fired; it has fired so often in vain. */
  #hasFailed = false;
  #vainRounds = 0;

  /** Answers once all is settled, or as it stands when that takes too long. Saying it again changes nothing. */
  async submit(submission: Submission): Promise<Result<Tap>> {
    const { userId } = submission.party;
    return this.#serveActor({ type: "submit", ...submission }, userId);
  }

  async act(actor: Actor, act: TapAct): Promise<Result<Tap>> {
    const { userId, deviceId } = actor;
    const party = { userId, deviceId };
    if (act.type !== "confirm") return this.#serveActor({ ...act, party }, userId);
    const isGenuine = await this.#hasSigned(party, act.signature);
    return this.#serveActor({ ...act, party, isGenuine }, userId);
  }

  /** As it stands for that account. */
  async look(userId: UserId): Promise<Result<Tap>> {
    const due = deadlineOf(this.#load());
    if (due !== null && Date.now() >= due) await this.#decide({ type: "deadline" });
    return this.#shown(userId);
  }

  override async alarm(): Promise<void> {
    this.#vainRounds = this.#hasFailed ? this.#vainRounds + 1 : 0;
    this.#hasFailed = false;
    try {
      await this.#decide({ type: "deadline" });
      this.#keep();
      await this.#setAlarm();
    } catch {
      // An alarm that keeps throwing is dropped for good, so it is set again instead.
      this.#hasFailed = true;
      await this.ctx.storage.setAlarm(Date.now() + CHECK_MS);
    }
  }

  async #serveActor(event: TapEvent, userId: UserId): Promise<Result<Tap>> {
    const reply = await this.#decide(event);
    if (reply.kind === "refused") {
      const { code, fields } = reply;
      return { ok: false, code, ...(fields !== undefined && { members: { fields } }) };
    }
    await this.#untilServed();
    return this.#shown(userId);
  }

  #shown(userId: UserId): Result<Tap> {
    const tap = tapOf(this.#load(), userId, Date.now());
    return tap === null ? { ok: false, code: "tap-unknown" } : { ok: true, value: tap };
  }

  #hasSigned(party: Pick<Actor, "userId" | "deviceId">, signature: string): Promise<boolean> {
    const state = this.#load();
    const [statement, key] = [tableToSign(state), memberKeyOf(state, party)];
    if (statement === null || key === null) return Promise.resolve(false);
    return isSignedWith(key, statement, fromBase64Url(signature));
  }

  /** Has the table decide, then stores and performs, in this order. */
  async #decide(event: TapEvent): Promise<Reply> {
    const before = this.#load();
    const { state, effects, reply, soft } = step(before, event, Date.now());
    this.#state = state;
    if (state.at === "free" && before.at !== "free") await this.#forget();
    else if (soft && isOwing(state) === isOwing(before)) this.#isAhead = true;
    else if (state !== before) this.#save(state);
    const isStored = before.at !== "free" || !soft;
    const isAlarmOther =
      deadlineOf(state) !== deadlineOf(before) || isOwing(state) !== isOwing(before);
    if (isStored && isAlarmOther) await this.#setAlarm();
    // What was owed before this object woke is being served by nobody.
    const names = this.#hasServed ? effects.map(({ name }) => name) : owedIn(state);
    this.#hasServed = true;
    for (const name of names) this.#serve(name);
    return reply;
  }

  #serve(name: ErrandName): void {
    const state = this.#load();
    const errand = errandFor(state, name, Date.now());
    if (errand === null) return;
    this.#underWay += 1;
    const done = this.#errands.add(receiverOf(errand), () =>
      this.#run(name, this.#load() === state ? errand : null),
    );
    this.ctx.waitUntil(done.finally(() => this.#ended()));
  }

  #ended(): void {
    this.#underWay -= 1;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }

  /** Runs one errand, if it is still owed. Repeating it is harmless, so failing only means trying again. */
  async #run(name: ErrandName, known: Errand | null): Promise<void> {
    const errand = known ?? errandFor(this.#load(), name, Date.now());
    if (errand === null) return;
    let event: TapEvent;
    try {
      event = await this.#perform(name, errand);
    } catch {
      this.#hasFailed = true;
      await this.#setAlarm();
      return;
    }
    await this.#decide(event);
  }

  async #perform(name: ErrandName, errand: Errand): Promise<TapEvent> {
    switch (errand.kind) {
      case "spend": {
        const answer = await mailboxOf(this.env, errand.owner).spend(errand.request);
        return { type: "spent", name, answer };
      }
      case "group":
        await groupOf(this.env, errand.group.groupId).create(errand.group);
        return { type: "served", name, errand, isGone: false, remaining: null };
      case "letGo": {
        const { remaining } = await groupOf(this.env, errand.groupId).letGo(errand.userId);
        return { type: "served", name, errand, isGone: false, remaining };
      }
      default: {
        const isReached = await mailboxOf(this.env, errand.owner).take(errand);
        return { type: "served", name, errand, isGone: !isReached, remaining: null };
      }
    }
  }

  /** Until all is done but the telling; or has failed, or takes too long, and is left to the alarm. */
  async #untilServed(): Promise<void> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      for (const resume of this.#waiting) resume();
    }, PATIENCE_MS);
    while (this.#underWay > 0 && isOwing(this.#load()) && !isLate) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    clearTimeout(timer);
    if (isOwing(this.#load())) this.#keep();
  }

  #load(): TapState {
    this.#state ??= this.ctx.storage.kv.get<TapState>(STATE_KEY) ?? FREE;
    return this.#state;
  }

  #save(state: TapState): void {
    this.ctx.storage.kv.put(STATE_KEY, state);
    this.#isAhead = false;
  }

  #keep(): void {
    if (this.#isAhead) this.#save(this.#load());
  }

  async #forget(): Promise<void> {
    this.#isAhead = false;
    await this.ctx.storage.deleteAll(); // the alarm with it
  }

  /** Soon while something is owed, since a crash leaves it undone; else when time is up. */
  async #setAlarm(): Promise<void> {
    const state = this.#load();
    if (state.at === "free") return;
    const due = deadlineOf(state);
    const isToRetry = this.#hasFailed && owedIn(state).length > 0;
    const delay = isToRetry ? retryDelayMs(this.#vainRounds, RETRY_MS, LONGEST_RETRY_MS) : CHECK_MS;
    const isAtRisk = isToRetry || isOwing(state) || due === null;
    const at = earliest(due, isAtRisk ? Date.now() + delay : null);
    if (at !== null) await this.ctx.storage.setAlarm(at);
  }
}

function owedIn(state: TapState): readonly ErrandName[] {
  return state.at === "free" ? [] : state.owes;
}

/** Whether something is undone that lasts. News of a table do not: they are told again with whatever is new. */
function isOwing(state: TapState): boolean {
  return owedIn(state).some((name) => !name.startsWith("table:"));
}

/** An account, or a group. */
function receiverOf(errand: Errand): string {
  switch (errand.kind) {
    case "group":
      return errand.group.groupId;
    case "letGo":
      return errand.groupId;
    default:
      return errand.owner;
  }
}
