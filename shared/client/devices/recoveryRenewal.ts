// Another recovery phrase in place of the one so far. It is kept before the log lists its key, so that an account is
// never without a phrase that somebody knows.

import { equalBytes } from "../../core/crypto/bytes.ts";
import { appendRecovery } from "../../core/identity/logDrafts.ts";
import { fetched } from "../connectionError.ts";
import { keepPhrase, type KeptPhrase, newPhrase } from "../newIdentity.ts";
import type { DevicesContext } from "./devicesContext.ts";
import { alone, RENEWING } from "./alone.ts";
import { RENEWAL } from "./leftovers.ts";
import { appendSigned } from "./logWriting.ts";

/** @returns twelve words; those so far restore nothing any more */
export function renewPhrase(context: DevicesContext): Promise<string> {
  return alone(context, RENEWING, () => renew(context));
}

async function renew(context: DevicesContext): Promise<string> {
  const { device, ports, store } = context;
  const { publicKey, ...phrase } = await newPhrase(ports.random);
  await store.put("device", RENEWAL, phrase);
  await appendSigned(device, (log) =>
    appendRecovery(log, {
      recoveryKey: publicKey,
      by: device.self.number,
      createdAt: ports.now(),
    }),
  );
  await finish(context);
  return phrase.phrase;
}

/** Goes on with one that was cut short, if there is any. */
export async function finishRenewal(context: DevicesContext): Promise<void> {
  const { device, store } = context;
  if ((await store.get("device", RENEWAL)) === null) return;
  await alone(context, RENEWING, async () => {
    await device.refreshLog(); // the answer may have been lost
    await finish(context);
  });
}

async function finish({ device, store }: DevicesContext): Promise<void> {
  const phrase = await store.get<KeptPhrase>("device", RENEWAL);
  if (phrase === null) return;
  const { recoveryKeyOf } = await fetched(import("../../core/identity/recoveryPhrase.ts"));
  if (equalBytes(recoveryKeyOf(phrase.phrase), device.identity.recoveryKey)) {
    await device.call("listRecovery", { body: { recoveryId: phrase.recoveryId } });
    await keepPhrase(store, device.self.deviceId, phrase);
  }
  await store.delete("device", RENEWAL);
}
