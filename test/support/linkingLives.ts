// A device on its way into an account, of which either side is killed and started again, as often as it takes.

import { toBase64Url } from "../../shared/core/crypto/bytes.ts";
import { deviceIdOf, sessionTranscript, verifyLog } from "../../shared/core/identity/deviceLog.ts";
import type { DeviceLog } from "../../shared/wire/auth.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import { Acquaint, type Devices, type Store } from "../../shared/client/node.ts";
import { publicKeyBytes } from "../../shared/client/store/store.ts";
import { atEnd } from "./endings.ts";
import { IMPATIENT } from "./impatience.ts";
import type { KillableDevice } from "./killableDevice.ts";

const SESSION_TRIES = 3;

/** Opens what is in the store, and goes on with what is unfinished. */
export async function openAgain(server: string, store: Store): Promise<Acquaint> {
  const client = await Acquaint.open({ server, store, ports: IMPATIENT });
  atEnd(() => client.close());
  client.connect();
  await client.pendingMeetings();
  return client;
}

/** As {@link openAgain}, for a device that may be dead before it is open. */
export async function openMortal(
  server: string,
  { store, ports, killed }: KillableDevice,
): Promise<Acquaint | null> {
  const opening = Acquaint.open({ server, store, ports: { ...IMPATIENT, ...ports } });
  const client = await Promise.race([opening, killed.then(() => null)]);
  client?.connect();
  return client;
}

/** Lets in whoever asks, as a person who expects it does. */
export async function admitAll(client: Acquaint): Promise<Devices> {
  const devices = await client.devices();
  const admit = async () => {
    for (const { userId } of await devices.applicants()) await devices.admit(userId);
  };
  client.on(({ event }) => {
    if (event === "devices" || event === "connection") void admit().catch(() => {});
  });
  void admit().catch(() => {});
  return devices;
}

/** The account that the store's identity began with or has gone over to. */
export async function accountIn(store: Store): Promise<UserId | null> {
  const identity = await store.loadIdentity();
  return identity === null ? null : (verifyLog(identity.log as DeviceLog)?.userId ?? null);
}

/** Whether the server lets the device in this store speak for that account. */
export async function speaksFor(server: string, store: Store, userId: UserId): Promise<boolean> {
  const { sign } = (await store.loadIdentity())!.keys;
  const deviceId = deviceIdOf(await publicKeyBytes(sign.publicKey));
  const post = async (path: string, body: object) =>
    fetch(`${server}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  // A session that was asked for later, and opened sooner, makes this challenge void.
  for (let tries = 0; tries < SESSION_TRIES; tries++) {
    const asked = await post("/v1/challenges", { userId, deviceId });
    const { challenge } = (await asked.json()) as { challenge: string };
    const transcript = sessionTranscript(new URL(server).origin, challenge);
    const bytes = transcript as Uint8Array<ArrayBuffer>;
    const signed = new Uint8Array(await crypto.subtle.sign("Ed25519", sign.privateKey, bytes));
    const answer = await post("/v1/sessions", { challenge, signature: toBase64Url(signed) });
    if (answer.ok) return true;
  }
  return false;
}
