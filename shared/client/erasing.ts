// Erases this device's account: at the server first, then all that the device keeps. Cut short in between, the
// mark that was put before keeps the account from being registered again, and erasing once more finishes it.

import { toBase64Url } from "../core/crypto/bytes.ts";
import { eraseTranscript } from "../core/identity/deviceLog.ts";
import { ProblemError } from "../wire/problem.ts";
import { callRoute } from "./api.ts";
import { deferred } from "./deferred.ts";
import type { Device } from "./device.ts";
import { AccountErased } from "./accountErased.ts";
import { ERASED_SIGNAL } from "./erasureMark.ts";
import { lineName } from "./line/lineContext.ts";
import type { Ports } from "./ports.ts";
import type { Store } from "./store/store.ts";

/** How long others are given to let go of the store. */
const OTHERS_MS = 3_000;
const LOOK_AGAIN_MS = 50;

/** @throws ConnectionError, ProblemError, AccountErased while another tab or process is at it */
export async function eraseAccount(device: Device, ports: Ports, store: Store): Promise<void> {
  const release = await device.erasure.hold();
  if (release === null) throw new AccountErased();
  try {
    await device.erasure.put();
    await eraseAtServer(device, ports).catch(async (error: unknown) => {
      if (error instanceof AccountErased) return;
      // After a lost connection it is not known what became of it: then the mark stays.
      if (error instanceof ProblemError) await device.erasure.remove();
      throw error;
    });
    store.signal(ERASED_SIGNAL);
    const letGo = await heldByOthers(device, ports, store);
    await store.clear().finally(letGo);
  } finally {
    release();
  }
}

export async function eraseAtServer(device: Device, ports: Ports): Promise<void> {
  const { origin, identity, self } = device;
  await device.call("account", {}); // a session that lasts, or the news that there is no account
  const asked = { body: { userId: identity.userId, deviceId: self.deviceId } };
  const { challenge } = await callRoute(ports, origin, "challenge", asked, null);
  const signature = toBase64Url(await device.sign(eraseTranscript(origin, challenge)));
  await device.call("eraseAccount", { body: { challenge, signature } });
}

/** Resolves once nobody else holds the line, and so writes to the store; after some time in any case. */
export async function heldByOthers(
  device: Device,
  ports: Ports,
  store: Store,
): Promise<() => void> {
  const until = ports.now() + OTHERS_MS;
  for (;;) {
    const release = await store.hold(lineName(device));
    if (release !== null) return release;
    if (ports.now() >= until) return () => {};
    const { promise, resolve } = deferred();
    ports.after(LOOK_AGAIN_MS, resolve);
    await promise;
  }
}
