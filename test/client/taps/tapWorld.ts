// A PairingWorld whose server certifies devices and takes what they read: answers to submissions and to whatever is
// asked of a table are the test's own. Other people's phones are made of the protocol's own parts.

import { ed25519 } from "@noble/curves/ed25519.js";
import { type Acquaint, memoryStore, type Store } from "../../../shared/client/node.ts";
import { toBase64Url } from "../../../shared/core/crypto/bytes.ts";
import { type VerifiedLog, verifyLog } from "../../../shared/core/identity/deviceLog.ts";
import { encodeCertificate } from "../../../shared/core/tap/certificate.ts";
import { encodeTicket, nonceOf, ticketToBeSigned } from "../../../shared/core/tap/ticket.ts";
import type { DeviceLog } from "../../../shared/wire/auth.ts";
import type { UserId } from "../../../shared/wire/ids.ts";
import type { Tap, TapOutcome, TapRequest } from "../../../shared/wire/tap.ts";
import { Account } from "../../core/deviceLogAccount.ts";
import { PairingWorld } from "../pairingWorld.ts";
import { turn } from "../world.ts";

export const ORIGIN = "https://acquaint.example";
const DAY_MS = 24 * 60 * 60_000;
/** No device verifies certificates itself. */
const UNSIGNED = new Uint8Array(64);

export interface Phone {
  readonly userId: UserId;
  readonly ticket: string;
  readonly share: string;
  readonly url: string;
}

export class TapWorld extends PairingWorld {
  /** By so much the server's clock is ahead of the device's. */
  aheadMs = 0;
  isOffline = false;
  /** How long an answer of the server is on its way. */
  delayMs = 0;
  /** Certificates that were handed out. */
  certified = 0;
  certifies = (signKey: Uint8Array): Uint8Array => signKey;
  /** What the server makes of a submission; undefined loses the answer. */
  judge: (request: TapRequest) => Tap | Response | undefined = (request) =>
    this.settled(request, "established");
  /** What the server answers to whatever is asked or said of a table. */
  table: (path: string, body: unknown) => Tap | Response | undefined = () => undefined;

  constructor() {
    super();
    this.respond = (path, method) => this.#answer(path, method);
  }

  override serverNow(): number {
    return this.clock.now() + this.aheadMs;
  }

  override async open(store: Store = memoryStore()): Promise<Acquaint> {
    return super.open(store);
  }

  /** The account that has registered here. */
  get own(): VerifiedLog {
    const { body } = this.requests.find(({ path }) => path === "/v1/accounts")!;
    return verifyLog((body as { log: DeviceLog }).log)!;
  }

  get submissions(): TapRequest[] {
    return this.requests
      .filter(({ path, method }) => path === "/v1/taps" && method === "POST")
      .map(({ body }) => body as TapRequest);
  }

  /** What was said of tables, such as `share`, with its body. */
  said(what: "share" | "confirmation" | "decline"): unknown[] {
    return this.requests
      .filter(({ path }) => path.startsWith("/v1/taps/") && path.endsWith(`/${what}`))
      .map(({ body }) => body);
  }

  settled({ tapId, taps }: TapRequest, outcome: TapOutcome, members: Partial<Tap> = {}): Tap {
    const now = this.serverNow();
    return {
      tapId,
      by: this.own.userId,
      at: "settled",
      submittedAt: now,
      until: now + 600_000,
      outcomes: taps.map(({ ticket }) => ({ outcome, userId: userIn(ticket) })),
      undone: [],
      groupId: null,
      table: null,
      now,
      ...members,
    };
  }

  /** Another person's phone, which shows a ticket. */
  phone(name: string, account = new Account(name)): Phone {
    const { secret, signKey } = account.devices.get(0)!;
    const { userId } = account.verified;
    const expiresAt = this.serverNow() + DAY_MS;
    const certificate = certificateOf(userId, signKey, expiresAt);
    const share = crypto.getRandomValues(new Uint8Array(16));
    const seconds = Math.floor(this.serverNow() / 1_000);
    const signature = ed25519.sign(ticketToBeSigned(certificate, nonceOf(share), seconds), secret);
    const ticket = toBase64Url(encodeTicket(certificate, nonceOf(share), seconds, signature));
    return { userId, ticket, share: toBase64Url(share), url: `${ORIGIN}/#/tap/${ticket}` };
  }

  /** While it waits for what is asked and answered, timers run. */
  async soon<Value>(promise: Promise<Value>): Promise<Value> {
    let isDone = false;
    promise.catch(() => {}).finally(() => (isDone = true));
    while (!isDone) {
      this.clock.advance(50);
      await turn();
    }
    return promise;
  }

  #answer(path: string, method: string): Promise<Response> | Response | undefined {
    if (this.isOffline) return Promise.reject(new TypeError("offline"));
    return this.#serveTaps(path, method);
  }

  #serveTaps(path: string, method: string): Promise<Response> | Response | undefined {
    const { body } = this.requests.at(-1)!;
    if (path === "/v1/certificates") {
      this.certified += 1;
      this.clock.advance(this.delayMs / 2);
      const now = this.serverNow();
      this.clock.advance(this.delayMs / 2);
      const { userId, devices } = this.own;
      const bytes = certificateOf(userId, this.certifies(devices[0]!.signKey), now + DAY_MS);
      const answer = { certificate: toBase64Url(bytes), expiresAt: now + DAY_MS, now };
      return Response.json(answer, { status: 201 });
    }
    if (!path.startsWith("/v1/taps")) return undefined;
    const said = path === "/v1/taps" ? this.judge(body as TapRequest) : this.table(path, body);
    if (said === undefined) return Promise.reject(new TypeError(`${method} ${path}: lost`));
    return said instanceof Response ? said : Response.json(said);
  }
}

function certificateOf(userId: UserId, signKey: Uint8Array, expiresAt: number): Uint8Array {
  const claims = {
    keyId: Uint8Array.of(2, 177),
    userId,
    expiresAtSeconds: Math.ceil(expiresAt / 1_000),
    certificateId: crypto.getRandomValues(new Uint8Array(8)),
    signKey,
  };
  return encodeCertificate(claims, UNSIGNED);
}

/** From the certificate in it. */
function userIn(ticket: string): UserId {
  const text = Buffer.from(ticket, "base64url").toString("latin1");
  return /[a-z2-7]{32}/.exec(text)![0] as UserId;
}
