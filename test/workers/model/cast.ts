// Who takes part in a model-based run: five devices of three people. Ann asks, Ben is asked or comes to
// her locator, Cem is the stranger who tries his luck.

import { env } from "cloudflare:workers";
import { registerAccount, type TestAccount } from "../support/accounts.ts";
import { changeStored } from "../support/asking.ts";

export type Name = "ann" | "annsTablet" | "ben" | "bensTablet" | "cem";
export type Person = "ann" | "ben" | "cem";
export type Cast = Readonly<Record<Name, TestAccount>>;

export const PEOPLE: readonly Person[] = ["ann", "ben", "cem"];

const OWNERS: Readonly<Record<Name, Person>> = {
  ann: "ann",
  annsTablet: "ann",
  ben: "ben",
  bensTablet: "ben",
  cem: "cem",
};

export function ownerOf(name: Name): Person {
  return OWNERS[name];
}

export async function makeCast(): Promise<Cast> {
  const ann = await registerAccount();
  const ben = await registerAccount();
  const cem = await registerAccount();
  return { ann, annsTablet: await tabletOf(ann), ben, bensTablet: await tabletOf(ben), cem };
}

export function mailboxStub({ userId }: TestAccount) {
  return env.MAILBOXES.getByName(userId);
}

/** A second device in the mailbox, as linking it will leave it. */
async function tabletOf(account: TestAccount): Promise<TestAccount> {
  const deviceId = "tablettablettabl" as TestAccount["deviceId"];
  await changeStored(account.userId, ({ sql }) => {
    sql.exec(
      "INSERT INTO device (device_id, sign_key, last_challenge_at) VALUES (?, 'none', 0)",
      deviceId,
    );
  });
  return { ...account, deviceId };
}
