// Directed attempts as devices take part in them: one account asks another, which hears of it in its mailbox
// and answers. Errands to mailboxes can be watched, and made to fail.

import { env } from "cloudflare:workers";
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { vi } from "vitest";
import { ed25519 } from "@noble/curves/ed25519.js";
import { toBase64Url } from "../../../shared/core/crypto/bytes.ts";
import { deviceIdOf } from "../../../shared/core/identity/deviceLog.ts";
import type { Errand } from "../../../shared/core/pairing/errands.ts";
import type { UserId } from "../../../shared/wire/ids.ts";
import {
  type EndedRequest,
  mailboxNoticeSchema,
  type MeetingRequest,
} from "../../../shared/wire/mailbox.ts";
import type { ClaimMessage } from "../../../shared/wire/pairing.ts";
import type { Actor, UpgradeClaims } from "../../../workers/auth/tokens.ts";
import { Mailbox } from "../../../workers/mailbox/Mailbox.ts";
import { randomBytes, type TestAccount } from "./accounts.ts";
import { answerMessage, claimMessage, freshLocator, passphraseMessage, TERMS } from "./pairing.ts";
import { connectToAttempt, connectToMailbox, type TestSocket, type Told } from "./sockets.ts";

export interface Asking {
  readonly locator: string;
  readonly sid: string;
  readonly initiator: TestSocket;
}

/** Opens an attempt that asks an account; resolves once it stands. */
export async function askTo(
  asker: Actor,
  to: UserId,
  options: { terms?: typeof TERMS; change?: Partial<UpgradeClaims> } = {},
): Promise<Asking> {
  const { terms = TERMS, change = {} } = options;
  const locator = freshLocator();
  const initiator = await connectToAttempt(asker, "open", locator, { to, ...change });
  const message = passphraseMessage(terms);
  initiator.send(message);
  await initiator.next("opened");
  return { locator, sid: message.sid, initiator };
}

/** A device of the asked account at the attempt. */
export function connectToAnswer(device: Actor, { locator, sid }: Pick<Asking, "locator" | "sid">) {
  return connectToAttempt(device, "answer", locator, { sid });
}

/** The device answers the request; resolves once the asker has been shown its claim. */
export async function answered(
  asking: Asking,
  device: Actor,
): Promise<{ responder: TestSocket; claim: ClaimMessage }> {
  const responder = await connectToAnswer(device, asking);
  await responder.next("offer");
  const claim = claimMessage();
  responder.send(claim);
  await responder.next("claimed");
  await asking.initiator.next("claim");
  return { responder, claim };
}

/** The asker's device finds the claim right; resolves once both are told. */
export async function confirmed(
  { initiator }: Pick<Asking, "initiator">,
  responder: TestSocket,
  { tag }: ClaimMessage,
): Promise<void> {
  initiator.send(answerMessage(tag));
  await Promise.all([initiator.next("matched"), responder.next("matched")]);
}

export interface Listening {
  readonly socket: TestSocket;
  /** What the hello was answered with. */
  readonly told: Told[];
}

export async function listen(device: Actor, after = 0): Promise<Listening> {
  const socket = await connectToMailbox(device);
  const told = await socket.ask({ type: "hello", after });
  for (const notice of told) mailboxNoticeSchema.parse(notice);
  return { socket, told };
}

export async function nextRequest({ socket }: Listening): Promise<MeetingRequest> {
  return (await socket.next("request"))["request"] as MeetingRequest;
}

export async function nextRequestOver({ socket }: Listening): Promise<EndedRequest> {
  return (await socket.next("requestOver"))["request"] as EndedRequest;
}

/** Another device of the account, as its mailbox lists it. */
export async function addDevice(account: TestAccount, number = 1): Promise<TestAccount> {
  const signKey = randomBytes(32);
  const publicKey = ed25519.getPublicKey(signKey);
  const deviceId = deviceIdOf(publicKey);
  await changeStored(account.userId, ({ sql }) => {
    sql.exec(
      "INSERT INTO device (device_id, sign_key, last_challenge_at, number) VALUES (?, ?, 0, ?)",
      deviceId,
      toBase64Url(publicKey),
      number,
    );
  });
  return { ...account, signKey, deviceId };
}

/** Beside the object, which therefore wakes anew: it may remember what it has read. */
export async function changeStored(
  userId: UserId,
  change: (storage: DurableObjectStorage) => void,
): Promise<void> {
  const mailbox = env.MAILBOXES.getByName(userId);
  await runInDurableObject(mailbox, (_, { storage }) => change(storage));
  await evictDurableObject(mailbox, { webSockets: "hibernate" });
}

/** Resolves once it holds. Real time passes meanwhile, the stopped clock stays. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 2));
}

const take = Mailbox.prototype.take;
/** Of attempts, submissions and groups. */
type AnyErrand = Parameters<typeof take>[0];

/** Hears of the errands that mailboxes are given, until `vi.restoreAllMocks`. */
export class ErrandWatch {
  readonly #calls = vi.spyOn(Mailbox.prototype, "take");

  /** Those that a mailbox has dealt with. */
  taken(isMeant: (errand: Errand) => boolean): Errand[] {
    const { calls, settledResults } = this.#calls.mock;
    return calls
      .filter((_, index) => settledResults[index]?.type === "fulfilled")
      .map(([errand]) => errand as Errand)
      .filter(isMeant);
  }

  async untilTaken(kind: Errand["kind"], owner: UserId, count = 1): Promise<void> {
    await until(
      () => this.taken((one) => one.kind === kind && one.owner === owner).length >= count,
    );
  }

  /** The next errands of a kind, to one mailbox or any, fail as if it had crashed before or after it did its part. */
  failNext(
    kind: AnyErrand["kind"],
    owner: UserId | null,
    times: number,
    at: "before" | "after" = "before",
  ) {
    const failing = { left: times };
    this.#calls.mockImplementation(async function (this: Mailbox, errand: AnyErrand) {
      const isMeant = errand.kind === kind && (owner === null || errand.owner === owner);
      const isFailing = isMeant && failing.left > 0;
      if (isFailing) failing.left -= 1;
      if (isFailing && at === "before") throw new Error("the mailbox is away");
      const isReached = await take.call(this, errand);
      if (isFailing) throw new Error("the mailbox is away");
      return isReached;
    });
    return failing;
  }

  /** Errands of a kind come to a mailbox that never answers. */
  stallNext(kind: AnyErrand["kind"]): { readonly count: number } {
    const begun = { count: 0 };
    this.#calls.mockImplementation(async function (this: Mailbox, errand: AnyErrand) {
      if (errand.kind !== kind) return take.call(this, errand);
      begun.count += 1;
      return new Promise<boolean>(() => {});
    });
    return begun;
  }
}
