// A second, minimal client for both methods, written from docs/protocol.md alone: nothing of shared/ is
// used. It pairs once at a time and keeps nothing, so it neither persists nor resumes.

import { randomBytes, timingSafeEqual } from "node:crypto";
import { IndependentConnection, type Json, Refused, type Socket } from "./independentConnection.ts";
import * as crypto from "./independentCrypto.ts";
import { prsOfPassphrase } from "./independentPassphrase.ts";
import { pairOf } from "./independentSeal.ts";

/** What a completed pairing leaves. */
export interface Paired {
  readonly peer: crypto.Account;
  readonly name: string;
  /** The card's JSON; empty for none. */
  readonly card: string;
  readonly receiptHash: string;
  /** Of what this side sends, and of what the other does. */
  readonly sessionKeys: { readonly own: Buffer; readonly peer: Buffer };
}

/** What both sides do alike: which method, which secret, and the card's JSON that goes along. */
interface Meeting {
  readonly method: crypto.Method;
  readonly prs: Buffer;
  readonly card: string;
  /** The account that is asked, or that asks. */
  readonly peer?: string;
}

/** One's own part of the exchange, before the peer's is known. */
interface Half {
  readonly y: bigint;
  readonly share: Buffer;
  readonly nonce: Buffer;
  readonly commitment: Buffer;
}

export interface Request {
  readonly sid: string;
  readonly from: string;
  readonly locator: string;
}

/** An attempt of one's own, as it waits. */
export interface Asked {
  readonly sid: string;
  readonly locator: string;
  readonly met: Promise<Paired>;
  makeWay(): void;
}

export class IndependentClient {
  readonly account: crypto.Account;
  readonly connection: IndependentConnection;
  readonly signer = crypto.signerOf(randomBytes(32));
  readonly agreement = pairOf(randomBytes(32));
  readonly #origin: string;
  readonly #name: string;
  readonly #log: readonly crypto.Entry[];

  constructor(origin: string, name: string) {
    this.#origin = origin;
    this.connection = new IndependentConnection(origin);
    this.#name = name;
    const entry = {
      kind: "genesis" as const,
      signKey: crypto.b64(this.signer.publicKey),
      agreeKey: crypto.b64(this.agreement.publicKey),
      recoveryKey: crypto.b64(crypto.signerOf(randomBytes(32)).publicKey),
      createdAt: Date.now(),
    };
    this.#log = [{ ...entry, signature: crypto.b64(this.signer.sign(crypto.entryBytes(entry))) }];
    this.account = crypto.verifiedAccount(this.#log);
  }

  async signIn(): Promise<void> {
    await this.connection.call("POST", "/v1/accounts", { log: this.#log });
    await this.openSession(this.account.userId);
  }

  /** @param userId of the account that lists this device */
  async openSession(userId: string): Promise<void> {
    const signed = await this.#signedChallenge(userId, "acquaint session v1");
    const session = await this.connection.call("POST", "/v1/sessions", signed);
    this.connection.token = session["token"] as string;
  }

  /** The account that it has made for itself. */
  async erase(): Promise<void> {
    const signed = await this.#signedChallenge(this.account.userId, "acquaint erase v1");
    await this.connection.call("DELETE", "/v1/account", signed);
  }

  async #signedChallenge(userId: string, label: string): Promise<Json> {
    const asked = { userId, deviceId: this.account.deviceId };
    const { challenge } = await this.connection.call("POST", "/v1/challenges", asked);
    const signed = crypto.lvCat(label, this.#origin, challenge as string);
    return { challenge, signature: crypto.b64(this.signer.sign(signed)) };
  }

  async contacts(): Promise<Json[]> {
    return (await this.connection.call("GET", "/v1/contacts"))["contacts"] as Json[];
  }

  /** Enters a code that is spelled in digits. */
  async enter(code: string, card: string): Promise<Paired> {
    const [locator, digits] = code.split("-");
    const socket = await this.connection.open({ purpose: "claim", method: "key", locator });
    return this.#respond(socket, { method: "key", prs: crypto.prsOf(Number(digits)), card });
  }

  /** Into the account of a device that shows a code, or says a locator. */
  async enterLink(locator: string, prs: Buffer): Promise<Paired> {
    const socket = await this.connection.open({ purpose: "claim", method: "link", locator });
    return this.#respond(socket, { method: "link", prs, card: "" });
  }

  /** At the locator of an open attempt. */
  async enterPassphrase(locator: string, passphrase: string, card: string): Promise<Paired> {
    const method = "passphrase" as const;
    const socket = await this.connection.open({ purpose: "claim", method, locator });
    return this.#respond(socket, { method, prs: prsOf(passphrase), card });
  }

  /** The next request that reaches this account's mailbox. */
  async request(): Promise<Request> {
    const mailbox = await this.connection.open({ purpose: "mailbox" });
    mailbox.send({ type: "hello", after: 0 });
    const { request } = await mailbox.until("request");
    mailbox.close();
    return request as Request;
  }

  async answer({ sid, from, locator }: Request, passphrase: string, card: string): Promise<Paired> {
    const socket = await this.connection.open({ purpose: "answer", locator, sid });
    const meeting = { method: "passphrase", prs: prsOf(passphrase), card, peer: from } as const;
    return this.#respond(socket, meeting, sid);
  }

  async refuse({ sid, locator }: Request): Promise<void> {
    const socket = await this.connection.open({ purpose: "answer", locator, sid });
    await socket.next("offer");
    socket.send({ type: "refuse" });
    await socket.until("ended");
    socket.close();
  }

  /** Asks an account, or whoever enters the locator. */
  async ask(
    to: string | null,
    passphrase: string,
    card: string,
    { t1Seconds = 60, t2Seconds = 90, sid = randomBytes(16) } = {},
  ): Promise<Asked> {
    const method = "passphrase" as const;
    const directed = to === null ? {} : { to };
    const socket = await this.connection.open({ purpose: "open", ...directed });
    const terms = { t1Seconds, t2Seconds };
    const prs = prsOf(passphrase);
    const own = this.#halfOf(method, prs, sid);
    socket.send({ type: "open", method, ...terms, sid: crypto.b64(sid), ...said(own) });
    const { openedAt } = (await socket.next("opened")) as { openedAt?: number };
    const meeting = { method, prs, card, ...(to !== null && { peer: to }) };
    const met = this.#initiate(socket, meeting, own, sid, openedAt!);
    const makeWay = () => socket.send({ type: "cancel" });
    return { sid: crypto.b64(sid), locator: socket.locator, met, makeWay };
  }

  /** "Crossed requests", while own one is unanswered: the attempt with the lower `sid` goes on. */
  async settleCrossed(
    asked: Asked,
    request: Request,
    passphrase: string,
    card: string,
  ): Promise<Paired> {
    if (Buffer.compare(Buffer.from(asked.sid), Buffer.from(request.sid)) < 0) return asked.met;
    asked.met.catch(() => {});
    asked.makeWay();
    return this.answer(request, passphrase, card);
  }

  async #initiate(
    socket: Socket,
    meeting: Meeting,
    own: Half,
    sid: Buffer,
    openedAt: number,
  ): Promise<Paired> {
    const claim = await socket.next("claim");
    const responder = partOf(claim);
    const exchange = { method: meeting.method, sid, openedAt, initiator: own, responder };
    const isk = crypto.iskOf(exchange, own.y, responder.share);
    const expected = crypto.confirmationOf(exchange, isk, "responder");
    const isConfirmed = timingSafeEqual(expected, bytesOf(claim, "confirmation"));
    const boxes = this.#proof(exchange, isk, "initiator", own, meeting.card);
    const none = isConfirmed ? {} : { identity: null, card: null };
    socket.send({ type: "answer", ...boxes, ...none });
    return this.#conclude(socket, exchange, isk, "initiator", own, meeting.peer);
  }

  /** @param sid of the request that is answered */
  async #respond(socket: Socket, meeting: Meeting, sid?: string): Promise<Paired> {
    const { method, prs, card } = meeting;
    const offer = await socket.next("offer");
    if (sid !== undefined && sid !== offer["sid"]) throw new Error("another attempt");
    const own = this.#halfOf(method, prs, bytesOf(offer, "sid"));
    const initiator = partOf(offer);
    const openedAt = offer["openedAt"] as number;
    const exchange = { method, sid: bytesOf(offer, "sid"), openedAt, initiator, responder: own };
    const isk = crypto.iskOf(exchange, own.y, initiator.share);
    const proof = this.#proof(exchange, isk, "responder", own, card);
    socket.send({ type: "claim", ...said(own), ...proof });
    await socket.next("claimed");
    return this.#conclude(socket, exchange, isk, "responder", own, meeting.peer);
  }

  async #conclude(
    socket: Socket,
    exchange: crypto.Exchange,
    isk: Buffer,
    side: crypto.Side,
    own: Half,
    peer: string | undefined,
  ): Promise<Paired> {
    try {
      const paired = this.#verify(exchange, isk, side, own, await socket.next("matched"));
      if (peer !== undefined && paired.peer.userId !== peer) throw new Error("another account");
      socket.send({ type: "acknowledge" });
      return paired;
    } finally {
      socket.close();
    }
  }

  #halfOf(method: crypto.Method, prs: Buffer, sid: Buffer): Half {
    const nonce = randomBytes(32);
    const commitment = crypto.commitmentOf(this.account, nonce);
    return { ...crypto.half(method, prs, sid), nonce, commitment };
  }

  /** Tag, confirmation and both boxes. */
  #proof(
    exchange: crypto.Exchange,
    isk: Buffer,
    side: crypto.Side,
    { nonce }: Half,
    card: string,
  ): Json {
    const opening = {
      log: this.#log,
      deviceId: this.account.deviceId,
      nonce: crypto.b64(nonce),
      name: this.#name,
      receiptSignature: crypto.b64(this.signer.sign(crypto.receiptOf(exchange))),
    };
    const seal = (box: crypto.Box, text: string) =>
      crypto.b64(crypto.sealBox(exchange, isk, side, box, Buffer.from(text)));
    return {
      tag: crypto.b64(crypto.tagOf(isk)),
      confirmation: crypto.b64(crypto.confirmationOf(exchange, isk, side)),
      identity: seal("identity", JSON.stringify(opening)),
      card: seal("card", card),
    };
  }

  /** The steps of "Who says and verifies what", in their order. */
  #verify(
    exchange: crypto.Exchange,
    isk: Buffer,
    side: crypto.Side,
    own: Half,
    matched: Json,
  ): Paired {
    const other = side === "initiator" ? "responder" : "initiator";
    const open = (box: crypto.Box) =>
      crypto.openBox(exchange, isk, other, box, bytesOf(matched, box)).toString("utf8");
    const confirmation = crypto.confirmationOf(exchange, isk, other);
    if (!timingSafeEqual(confirmation, bytesOf(matched, "confirmation"))) {
      throw new Error("confirmation");
    }
    const opening = JSON.parse(open("identity")) as Json & { log: crypto.Entry[] };
    const peer = crypto.verifiedAccount(opening.log);
    if (peer.deviceId !== opening["deviceId"]) throw new Error("device");
    const nonce = bytesOf(opening, "nonce");
    const commitment = crypto.commitmentOf(peer, nonce);
    if (!commitment.equals(exchange[other].commitment)) throw new Error("commitment");
    const receipt = crypto.receiptOf(exchange);
    if (!crypto.isSigned(peer.signKey, receipt, bytesOf(opening, "receiptSignature"))) {
      throw new Error("receipt");
    }
    if (peer.userId === this.account.userId) throw new Error("oneself");
    const [first, second] = side === "initiator" ? [own.nonce, nonce] : [nonce, own.nonce];
    const keys = crypto.sessionKeysOf(exchange, isk, first, second);
    return {
      peer,
      name: String(opening["name"]),
      card: open("card"),
      receiptHash: crypto.b64(crypto.sha256(receipt)),
      sessionKeys: { own: keys[side], peer: keys[other] },
    };
  }
}

const bytesOf = (message: Json, name: string): Buffer => crypto.fromB64(message[name] as string);

const partOf = (message: Json) => ({
  share: bytesOf(message, "share"),
  commitment: bytesOf(message, "commitment"),
});

const said = ({ share, commitment }: Half): Json => ({
  share: crypto.b64(share),
  commitment: crypto.b64(commitment),
});

function prsOf(passphrase: string): Buffer {
  const prs = prsOfPassphrase(passphrase);
  if (prs === null) throw new Refused("no passphrase");
  return prs;
}
