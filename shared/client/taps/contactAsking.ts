// Asking someone to become a contact, by a badge or in a room. What is asked is kept first: asked again it is the same
// request, as long as it waits.

import { toBase64Url } from "../../core/crypto/bytes.ts";
import { requestStatement } from "../../core/tap/statements.ts";
import type { RoomId, UserId } from "../../wire/ids.ts";
import { ProblemError } from "../../wire/problem.ts";
import type { Device } from "../device.ts";
import type { Ports } from "../ports.ts";
import { serverAheadMs } from "../serverClock.ts";
import type { Store } from "../store/store.ts";
import { type Introduced, introducedId } from "./witnessed.ts";
import type { ContactRequests } from "./contactRequests.ts";
import type { AskedContactRequest } from "./model.ts";

interface AskingContext {
  readonly device: Device;
  readonly ports: Ports;
  readonly store: Store;
  readonly requests: ContactRequests;
}

/** By what one came to ask. */
export type Means =
  | { readonly via: "badge"; readonly token: string }
  | { readonly via: "room"; readonly roomId: RoomId };

/** What was asked last of an account. */
interface Asking {
  readonly requestId: string;
  readonly token?: string;
  readonly roomId?: RoomId;
}

const askingId = (to: UserId) => `asking ${to}`;

/**
 * @param name what they are called where they are asked, if that is known
 * @throws ProblemError `own-account`, and as the server refuses; ConnectionError
 */
export async function askForContact(
  context: AskingContext,
  to: UserId,
  means: Means,
  name: string | null,
): Promise<AskedContactRequest> {
  const { device, ports, store, requests } = context;
  if (to === device.identity.userId) throw new ProblemError("own-account");
  const known = requests.asked.find((asked) => asked.to === to);
  if (known !== undefined) return known;
  if (name !== null) await keepName(store, to, name);
  const begun = await store.get<Asking>("settings", askingId(to));
  if (begun !== null && isBy(begun, means)) {
    try {
      return await say(context, to, begun.requestId, means);
    } catch (error) {
      if (!isOver(error)) throw error;
    }
  }
  const requestId = toBase64Url(ports.random(16));
  const { via: _, ...by } = means;
  await store.put("settings", askingId(to), { requestId, ...by } satisfies Asking);
  return say(context, to, requestId, means);
}

/** What somebody is called until they introduce themselves, which is more than that. */
export async function keepName(store: Store, userId: UserId, name: string): Promise<void> {
  const id = introducedId(userId);
  const known = await store.get<Introduced>("settings", id);
  if (known !== null && known.at > 0) return;
  const called: Introduced = { userId, at: 0, name, card: null, cardProblem: null };
  await store.put("settings", id, called);
}

/** The request is over, or never was. */
export function isOver(error: unknown): boolean {
  return error instanceof ProblemError && error.code === "request-unknown";
}

function isBy(begun: Asking, means: Means): boolean {
  return means.via === "badge" ? begun.token === means.token : begun.roomId === means.roomId;
}

async function say(
  { device, store, requests }: AskingContext,
  to: UserId,
  requestId: string,
  means: Means,
): Promise<AskedContactRequest> {
  const { userId } = device.identity;
  const statement = requestStatement(requestId, userId, device.self.deviceId, to, means.via);
  const signature = toBase64Url(await device.sign(statement));
  const asked = await device.call("askForContact", {
    body: { requestId, to, signature, ...means },
  });
  return requests.hasAsked(asked, await serverAheadMs(store));
}
