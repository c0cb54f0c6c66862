// After a touch both sides send name and card. A run that ends soon waits a moment until the server has its own, and
// until theirs have come.
import type { Acquaint, Contact } from "../shared/client/node.ts";
import { within } from "./within.ts";

/** What is not sent by then goes with the next command that connects. */
const SETTLE_MS = 3_000;
/** Who is not there now is called by a short form of the id until they are. */
const NAMED_WITHIN_MS = 1_500;
/** Any device can verify these by itself. */
const WITNESSED: readonly Contact["method"][] = ["tap", "badge", "room"];

export async function introduced(client: Acquaint, userIds: readonly string[]): Promise<void> {
  const sent = userIds.map((userId) => client.messages.settled(userId));
  await within(SETTLE_MS, Promise.allSettled(sent));
}

/** The contact as it is called by then. */
export async function named(client: Acquaint, contact: Contact): Promise<Contact> {
  let latest = contact;
  let stop = (): void => {};
  const hasName = new Promise<void>((resolve) => {
    const look = async (): Promise<void> => {
      latest = (await client.contacts.get(contact.userId)) ?? latest;
      if (!isNameless(latest)) resolve();
    };
    stop = client.on(({ event }) => event === "contacts" && void look());
    void look();
  });
  await within(NAMED_WITHIN_MS, hasName);
  stop();
  return latest;
}

/** All contacts; those of which only the mailbox has told yet are verified first, as far as that goes. */
export async function verifiedContacts(client: Acquaint): Promise<Contact[]> {
  const all = await client.contacts.list();
  const waiting = all.filter(({ verified, method }) => !verified && WITNESSED.includes(method));
  if (waiting.length === 0) return all;
  const verifying = waiting.map(({ userId }) => client.contacts.verify(userId));
  await within(SETTLE_MS, Promise.allSettled(verifying));
  return client.contacts.list();
}

/** Who has not given a name is called by a short form of the id. */
export function isNameless({ name, userId }: Pick<Contact, "name" | "userId">): boolean {
  return name.includes("…") && userId.startsWith(name.split("…")[0] ?? "");
}
