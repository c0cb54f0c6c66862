// ID-3: a device comes into an account by an attempt of the method `link`: at a locator, with a key's times, and
// neither in a contact's place nor by anything that was shown to meet.

import { expect, test } from "vitest";
import type { ContactRecord } from "../../shared/wire/mailbox.ts";
import { registerAccount, strangerActor, type TestAccount } from "./support/accounts.ts";
import { mailboxOf } from "./support/line.ts";
import {
  answerMessage,
  claimMessage,
  contactErrand,
  freshLocator,
  openMessage,
} from "./support/pairing.ts";
import { codes, connectToAttempt } from "./support/sockets.ts";

async function contactsOf(account: TestAccount): Promise<ContactRecord[]> {
  const page = await mailboxOf(account).contacts(account, 0);
  if (!page.ok) throw new Error(page.code);
  return [...page.value.contacts];
}

test("ID-3: a link has the times of a key, and makes contacts of the method link", async () => {
  const [old, fresh] = [await registerAccount(), await registerAccount()];
  const locator = freshLocator();
  const initiator = await connectToAttempt(old, "open", locator);
  initiator.send(openMessage("link"));
  const { openedAt, claimBy, answerBy } = await initiator.next("opened");
  expect([claimBy - openedAt, answerBy - openedAt]).toEqual([120_000, 150_000]);
  const responder = await connectToAttempt(fresh, "claim", locator, { method: "link" });
  expect(await responder.next("offer")).toMatchObject({ method: "link" });
  const claim = claimMessage();
  responder.send(claim);
  await initiator.next("claim");
  initiator.send(answerMessage(claim.tag));
  await Promise.all([initiator.next("matched"), responder.next("matched")]);
  initiator.send({ type: "acknowledge" });
  responder.send({ type: "acknowledge" });
  await Promise.all([initiator.closed, responder.closed]);
  expect(await contactsOf(old)).toMatchObject([{ userId: fresh.userId, method: "link" }]);
  expect(await contactsOf(fresh)).toMatchObject([{ userId: old.userId, method: "link" }]);
});

test.for([
  ["link", "key"],
  ["key", "link"],
] as const)(
  "ID-3: who enters a code of method %s as one of method %s sees a decoy",
  async (methods) => {
    const [opened, entered] = methods;
    const locator = freshLocator();
    const initiator = await connectToAttempt(strangerActor(), "open", locator);
    const message = openMessage(opened);
    await initiator.ask(message);
    const visitor = await connectToAttempt(strangerActor(), "claim", locator, { method: entered });
    const offer = await visitor.next("offer");
    expect(offer).toMatchObject({ method: entered });
    expect(offer["sid"]).not.toBe(message.sid);
    visitor.send(claimMessage());
    expect((await visitor.next("ended"))["outcome"]).toBe("mismatch");
    expect(codes(await initiator.ask())).toEqual([]);
  },
);

test("ID-3: no account is asked to link", async () => {
  const locator = freshLocator();
  const { userId: to } = strangerActor();
  const socket = await connectToAttempt(strangerActor(), "open", locator, { to });
  expect(codes(await socket.ask(openMessage("link")))).toEqual(["out-of-turn"]);
});

test("ID-3: a link takes no contact's place; a meeting takes a link's, and so does a link that of one removed", async () => {
  const [ann, ben] = [await registerAccount(), await registerAccount()];
  const meet = async (method: "key" | "link", metAt: number) => {
    await mailboxOf(ann).take(contactErrand(ann.userId, ben.userId, { method, metAt }));
    return (await contactsOf(ann)).map((contact) => [contact.method, contact.metAt]);
  };
  expect(await meet("link", 1)).toEqual([["link", 1]]);
  expect(await meet("link", 2)).toEqual([["link", 2]]);
  expect(await meet("key", 3)).toEqual([["key", 3]]);
  expect(await meet("link", 4)).toEqual([["key", 3]]);
  await mailboxOf(ann).removeContact(ann, ben.userId);
  expect(await meet("link", 5)).toEqual([["link", 5]]);
});
