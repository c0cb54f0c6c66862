// A second, minimal client for the responder's role, written from docs/protocol.md alone: nothing of
// shared/ is used. It pairs once and keeps nothing, so it neither persists nor resumes.

import { randomBytes, timingSafeEqual } from "node:crypto";
import * as crypto from "./independentCrypto.ts";

type Json = Record<string, unknown>;

/** What a completed pairing leaves. */
export interface Paired {
  readonly peer: crypto.Account;
  readonly name: string;
  /** The card's JSON; empty for none. */
  readonly card: string;
  readonly receiptHash: string;
  readonly pairingSecret: Buffer;
}

/** How an attempt ended without a match. */
export class Ended extends Error {}

/** What was said, and what is needed to verify the answer. */
interface Claim {
  readonly exchange: crypto.Exchange;
  readonly isk: Buffer;
  readonly nonce: Buffer;
  readonly message: Json;
}

interface Offer {
  readonly sid: string;
  readonly share: string;
  readonly commitment: string;
  readonly openedAt: number;
}

export class IndependentClient {
  readonly account: crypto.Account;
  readonly #origin: string;
  readonly #name: string;
  readonly #signer: ReturnType<typeof crypto.signerOf>;
  readonly #log: readonly crypto.Entry[];
  #token = "";

  constructor(origin: string, name: string) {
    this.#origin = origin;
    this.#name = name;
    this.#signer = crypto.signerOf(randomBytes(32));
    const entry = {
      kind: "genesis" as const,
      signKey: crypto.b64(this.#signer.publicKey),
      agreeKey: crypto.b64(randomBytes(32)), // not used by any exchange of this version
      recoveryKey: crypto.b64(crypto.signerOf(randomBytes(32)).publicKey),
      createdAt: Date.now(),
    };
    const signature = crypto.b64(this.#signer.sign(crypto.entryBytes(entry)));
    this.#log = [{ ...entry, signature }];
    this.account = crypto.verifiedAccount(this.#log);
  }

  async signIn(): Promise<void> {
    const { userId, deviceId } = this.account;
    await this.#call("POST", "/v1/accounts", { log: this.#log });
    const { challenge } = await this.#call("POST", "/v1/challenges", { userId, deviceId });
    const signed = crypto.sessionBytes(this.#origin, challenge as string);
    const signature = crypto.b64(this.#signer.sign(signed));
    const session = await this.#call("POST", "/v1/sessions", { challenge, signature });
    this.#token = session["token"] as string;
  }

  async contacts(): Promise<Json[]> {
    return (await this.#call("GET", "/v1/contacts"))["contacts"] as Json[];
  }

  /** Enters a code that is spelled in digits. */
  async enter(code: string, card: string): Promise<Paired> {
    const [locator, digits] = code.split("-");
    const upgrade = await this.#call("POST", "/v1/upgrade-tokens", { purpose: "claim", locator });
    const socket = await this.#connect(upgrade["path"] as string, upgrade["token"] as string);
    try {
      const offer = (await socket.next("offer")) as unknown as Offer;
      const claim = this.#claimOf(offer, Number(digits), card);
      socket.send(claim.message);
      await socket.next("claimed");
      const paired = this.#verify(claim, await socket.next("matched"));
      socket.send({ type: "acknowledge" });
      return paired;
    } finally {
      socket.close();
    }
  }

  #claimOf(offer: Offer, secret: number, card: string): Claim {
    const sid = crypto.fromB64(offer.sid);
    const nonce = randomBytes(32);
    const commitment = crypto.commitmentOf(this.account, nonce);
    const { y, share } = crypto.half(crypto.prsOf(secret), sid);
    const initiator = {
      share: crypto.fromB64(offer.share),
      commitment: crypto.fromB64(offer.commitment),
    };
    const exchange: crypto.Exchange = {
      sid,
      openedAt: offer.openedAt,
      initiator,
      responder: { share, commitment },
    };
    const isk = crypto.iskOf(exchange, y, initiator.share);
    const opening = {
      log: this.#log,
      deviceId: this.account.deviceId,
      nonce: crypto.b64(nonce),
      name: this.#name,
      receiptSignature: crypto.b64(this.#signer.sign(crypto.receiptOf(exchange))),
    };
    const seal = (box: crypto.Box, text: string) =>
      crypto.b64(crypto.sealBox(exchange, isk, "responder", box, Buffer.from(text)));
    const message = {
      type: "claim",
      share: crypto.b64(share),
      commitment: crypto.b64(commitment),
      tag: crypto.b64(crypto.tagOf(isk)),
      confirmation: crypto.b64(crypto.confirmationOf(exchange, isk, "responder")),
      identity: seal("identity", JSON.stringify(opening)),
      card: seal("card", card),
    };
    return { exchange, isk, nonce, message };
  }

  /** The steps of "Who says and verifies what", in their order. */
  #verify(claim: Claim, matched: Json): Paired {
    const { exchange, isk, nonce } = claim;
    const bytes = (name: string) => crypto.fromB64(matched[name] as string);
    const open = (box: crypto.Box) =>
      crypto.openBox(exchange, isk, "initiator", box, bytes(box)).toString("utf8");
    const confirmation = crypto.confirmationOf(exchange, isk, "initiator");
    if (!timingSafeEqual(confirmation, bytes("confirmation"))) throw new Error("confirmation");
    const opening = JSON.parse(open("identity")) as Record<string, string> & {
      log: crypto.Entry[];
    };
    const peer = crypto.verifiedAccount(opening.log);
    if (peer.deviceId !== opening["deviceId"]) throw new Error("device");
    const peerNonce = crypto.fromB64(opening["nonce"]!);
    const commitment = crypto.commitmentOf(peer, peerNonce);
    if (!commitment.equals(exchange.initiator.commitment)) throw new Error("commitment");
    const receipt = crypto.receiptOf(exchange);
    const signature = crypto.fromB64(opening["receiptSignature"]!);
    if (!crypto.isSigned(peer.signKey, receipt, signature)) throw new Error("receipt");
    if (peer.userId === this.account.userId) throw new Error("oneself");
    return {
      peer,
      name: opening["name"]!,
      card: open("card"),
      receiptHash: crypto.b64(crypto.sha256(receipt)),
      pairingSecret: crypto.pairingSecretOf(exchange, isk, peerNonce, nonce),
    };
  }

  async #call(method: string, path: string, body?: Json): Promise<Json> {
    const response = await fetch(`${this.#origin}${path}`, {
      method,
      headers: { "content-type": "application/json", authorization: `Bearer ${this.#token}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Json;
    if (response.ok) return answer;
    const work = answer["work"] as { challenge: string; bits: number } | undefined;
    if (work === undefined || body?.["proof"] !== undefined)
      throw new Error(String(answer["code"]));
    let solution = 0;
    while (!crypto.isWorkDone(work.challenge, solution, work.bits)) solution += 1;
    return this.#call(method, path, { ...body, proof: { challenge: work.challenge, solution } });
  }

  async #connect(path: string, token: string) {
    const protocols = ["acquaint.v1.json", `acquaint.token.${token}`];
    const socket = new WebSocket(this.#origin.replace(/^http/, "ws") + path, protocols);
    const inbox: Json[] = [];
    let wake = () => {};
    socket.addEventListener("message", ({ data }) => {
      inbox.push(...(JSON.parse(data as string) as Json[]));
      wake();
    });
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener("open", () => resolve());
      socket.addEventListener("error", () => reject(new Error("the socket was refused")));
    });
    return {
      send: (message: Json) => socket.send(JSON.stringify([message])),
      close: () => socket.close(1000),
      /** The next message, which must be of this type. */
      next: async (type: string): Promise<Json> => {
        while (inbox.length === 0) await new Promise<void>((resolve) => (wake = resolve));
        const message = inbox.shift()!;
        if (message["type"] === "ended") throw new Ended(String(message["outcome"]));
        if (message["type"] !== type) throw new Error(`unexpected ${JSON.stringify(message)}`);
        return message;
      },
    };
  }
}
