// A World whose server gives out locators and sockets for attempts, seen from one opened Acquaint. The test
// speaks for the server on each socket; people's devices at the other end are made of the protocol's own parts.

import { Acquaint, type AcquaintEvent, memoryStore, type Store } from "../../shared/client/node.ts";
import { toBase64Url } from "../../shared/core/crypto/bytes.ts";
import { createHalf } from "../../shared/core/pairing/exchange.ts";
import { parsePassphrase } from "../../shared/core/pairing/passphrase.ts";
import type { UpgradeRequest } from "../../shared/wire/auth.ts";
import type { Locator, UserId } from "../../shared/wire/ids.ts";
import type { EndedRequest, MeetingRequest } from "../../shared/wire/mailbox.ts";
import type { AttemptRequest, OfferNotice } from "../../shared/wire/pairing.ts";
import { type TestSocket, turn, World } from "./world.ts";

const SERVER = "https://acquaint.example";
export const OWN_LOCATOR = "417" as Locator;
export const BEN = "b".repeat(32) as UserId;
export const CEM = "c".repeat(32) as UserId;
/** As strings before and after any that is drawn at random. */
export const LOWEST_SID = `${"-".repeat(21)}A`;
export const HIGHEST_SID = `${"z".repeat(21)}w`;

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

/** Resolves once it is so; what is asked for is done in the background, in many small turns. */
export async function eventually(isSo: () => boolean): Promise<void> {
  while (!isSo()) await turn();
}

/** As eventually, while time goes by: for what waits before it is tried again. */
export async function inTime({ clock }: World, isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    clock.advance(50);
    await turn();
  }
}

/** Gives what should not happen the turns in which it would. */
export async function aWhile(): Promise<void> {
  for (let count = 0; count < 50; count++) await turn();
}

/** A store whose programs cannot tell each other all: each has a line of its own, and hears of requests for itself. */
export function ownSockets(store = memoryStore()): Store {
  return { ...store, reachesAll: false };
}

export class PairingWorld extends World {
  readonly told: AcquaintEvent[] = [];
  /** Stands before the answers below. */
  respond: typeof World.prototype.answer = () => undefined;

  constructor() {
    super();
    this.answer = (path, method) => this.respond(path, method) ?? this.#upgrade(path);
  }

  async open(store = memoryStore()): Promise<Acquaint> {
    const acquaint = await Acquaint.open({ server: SERVER, store, name: "Ann", ports: this.ports });
    acquaint.on((event) => this.told.push(event));
    return acquaint;
  }

  /** What sockets were asked for, in order. */
  get wanted(): UpgradeRequest[] {
    const asked = this.requests.filter(({ path }) => path === "/v1/upgrade-tokens");
    return asked.map(({ body }) => body as UpgradeRequest);
  }

  /** Sockets of attempts, in order. */
  get attempts(): TestSocket[] {
    return this.sockets.filter(({ url }) => url.includes("/v1/attempts/"));
  }

  async attempt(index: number): Promise<TestSocket> {
    await eventually(() => this.attempts.length > index);
    return this.attempts[index]!;
  }

  /** The mailbox's line, open and greeted. */
  async line(): Promise<TestSocket> {
    const isLine = ({ url }: TestSocket) => url.endsWith("/v1/mailbox");
    await eventually(() => this.sockets.some(isLine));
    const socket = this.sockets.findLast(isLine)!;
    socket.accept();
    await eventually(() => socket.sent.some((frame) => frame.includes("hello")));
    socket.say([{ type: "ready", sequence: 0, logLength: 1 }]);
    return socket;
  }

  /** A request to this account that its mailbox tells of. The server's clock is an hour ahead. */
  request(sid: string, members: Partial<MeetingRequest> = {}): MeetingRequest {
    const openedAt = this.serverNow() - 1_000;
    return {
      sid,
      from: BEN,
      handle: null,
      openedAt,
      locator: "417000000" as Locator,
      claimBy: openedAt + 60_000,
      answerBy: openedAt + 90_000,
      ...members,
    };
  }

  serverNow(): number {
    return this.clock.now() + 3_600_000;
  }

  async ring(line: TestSocket, acquaint: Acquaint, request: MeetingRequest): Promise<void> {
    line.say([{ type: "request", request, now: this.serverNow() }]);
    await eventually(() => acquaint.requests.of(request.from)?.sid === request.sid);
  }

  over(request: MeetingRequest, outcome: EndedRequest["outcome"], sequence = 1) {
    const { sid, from, handle, openedAt } = request;
    return { type: "requestOver", request: { sid, from, handle, openedAt, outcome, sequence } };
  }

  /** Speaks for the server: the attempt of this device stands. */
  async stand(socket: TestSocket): Promise<Extract<AttemptRequest, { type: "open" }>> {
    socket.accept();
    await eventually(() => heardOn(socket).some(({ type }) => type === "open"));
    const opening = heardOn(socket).find((message) => message.type === "open")!;
    const [t1, t2] =
      opening.method === "passphrase" ? [opening.t1Seconds, opening.t2Seconds] : [120, 150];
    const now = this.serverNow();
    const times = { openedAt: now, claimBy: now + t1 * 1_000, answerBy: now + t2 * 1_000, now };
    socket.say([{ type: "opened", locator: OWN_LOCATOR, ...times }]);
    return opening;
  }

  /** Speaks for the server: someone's request, whose passphrase is `words`, is on offer. */
  offer(sid: string, words = "their words"): OfferNotice {
    const parsed = parsePassphrase(words);
    if (!parsed.ok) throw new Error(parsed.problem.message);
    const commitment = random(32);
    const sidBytes = Uint8Array.from(Buffer.from(sid, "base64url"));
    const half = createHalf(
      { method: "passphrase", prs: parsed.prs, sid: sidBytes, commitment },
      random,
    );
    const now = this.serverNow();
    return {
      type: "offer",
      method: "passphrase",
      sid,
      share: half.share,
      commitment: half.commitment,
      openedAt: now,
      claimBy: now + 60_000,
      answerBy: now + 90_000,
      now,
    };
  }

  /** Speaks for the server until this device has claimed what is on offer there. */
  async claimed(socket: TestSocket, sid: string): Promise<OfferNotice> {
    const offer = this.offer(sid);
    socket.accept();
    socket.say([offer]);
    await eventually(() => typesOn(socket).includes("claim"));
    return offer;
  }

  /** Speaks for the peer: a claim that may know the passphrase or not, which only the tags tell. */
  claim(): { type: "claim"; share: string; commitment: string; confirmation: string } {
    const { share, commitment } = this.offer(LOWEST_SID);
    return { type: "claim", share, commitment, confirmation: toBase64Url(random(64)) };
  }

  #upgrade(path: string): Response | undefined {
    if (path !== "/v1/upgrade-tokens") return undefined;
    const wanted = this.wanted.at(-1)!;
    if (wanted.purpose === "mailbox" || wanted.purpose === "room") return undefined;
    const locator = wanted.purpose === "open" ? OWN_LOCATOR : wanted.locator;
    const token = `attempt${this.wanted.length}`;
    return Response.json({ token, path: `/v1/attempts/${locator}`, locator });
  }
}

/** As the server tells a problem on an attempt's socket. */
export function problemOf(code: string) {
  const problem = { type: `urn:acquaint:problem:${code}`, code, title: "t", status: 409 };
  return { type: "problem", problem };
}

/** What the SDK has said on a socket, message by message. */
export function heardOn(socket: TestSocket): AttemptRequest[] {
  return socket.sent
    .filter((frame) => frame.startsWith("["))
    .flatMap((frame) => JSON.parse(frame) as AttemptRequest[]);
}

export function typesOn(socket: TestSocket): string[] {
  return heardOn(socket).map(({ type }) => type);
}
