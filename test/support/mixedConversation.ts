// BOX-2: two people say everything that can be said, in random order, while their connections break. In the end both
// devices keep the same conversation, each from its own side.

import { expect } from "vitest";
import type { MessageRecord } from "../../shared/client/node.ts";
import { STANDARD_PORTS, within } from "../../shared/client/ports.ts";
import { startChaosProxy } from "./chaosProxy.ts";
import { pseudoRandom } from "./pseudoRandom.ts";
import { idOf, openTalkers, type Talker, whenSo } from "./talkers.ts";

const EMOJIS = ["👍", "🎉", "👩‍💻", ""];
const SETTLED_WITHIN_MS = 60_000;
/** One in so many contents, a connection breaks. */
const CUT_EVERY = 20;

type Act = (writer: Talker, peer: Talker, record: MessageRecord | undefined) => Promise<unknown>;

interface MixedConversation {
  readonly contents: number;
  readonly seed: number;
}

/** Rejects when the two do not come to the same conversation. */
export async function converseInAllKinds(
  url: string,
  { contents, seed }: MixedConversation,
): Promise<void> {
  const chance = pseudoRandom(seed);
  const one = <Item>(items: readonly Item[]): Item => items[Math.floor(chance() * items.length)]!;
  const proxies = [await startChaosProxy(url), await startChaosProxy(url)] as const;
  const people = await openTalkers([proxies[0].url, proxies[1].url]);
  let count = 0;
  const text = () =>
    `${count++} ${one(["short", "longer than that", "漢字 and „quotes“", "\u202ebidi"])}`;
  const write: Act = ({ client }, peer) => client.messages.send(idOf(peer), text());
  const acts: readonly Act[] = [
    write,
    write,
    write,
    async (writer, peer, record) =>
      writer.client.messages.send(
        idOf(peer),
        text(),
        record === undefined ? {} : { replyTo: `${record.author}/${record.id}` },
      ),
    async ({ client }, _, record) =>
      record?.author === "me" && client.messages.edit(record, text()),
    async ({ client }, _, record) => record && client.messages.react(record, one(EMOJIS)),
    async ({ client }, _, record) =>
      record?.author === "me" && chance() < 0.3 && client.messages.delete(record),
    ({ client }, peer) => client.messages.setTimer(idOf(peer), one([0, 86_400, 604_800])),
    ({ client }, peer) => client.messages.read(idOf(peer)),
  ];
  for (let said = 0; said < contents; said++) {
    const isFirst = chance() < 0.5;
    const [writer, peer] = isFirst ? people : (people.toReversed() as [Talker, Talker]);
    const page = await writer.client.messages.page(idOf(peer), { limit: 30 });
    const texts = page.filter(({ kind, isDeleted }) => kind === "text" && !isDeleted);
    await one(acts)(writer, peer, texts.length === 0 ? undefined : one(texts));
    if (chance() < 1 / CUT_EVERY) one(proxies).cutAll();
  }
  const [a, b] = people;
  await a.client.messages.settled(idOf(b));
  await b.client.messages.settled(idOf(a));
  const sides = async (): Promise<readonly [string, string]> => [
    (await conversationFacts({ talker: a, peer: idOf(b), side: "first" })).join("\n"),
    (await conversationFacts({ talker: b, peer: idOf(a), side: "second" })).join("\n"),
  ];
  const areAlike = async (): Promise<boolean> => {
    const [ofA, ofB] = await sides();
    return ofA === ofB;
  };
  await within(
    STANDARD_PORTS,
    SETTLED_WITHIN_MS,
    Promise.race(people.map(({ client }) => whenSo(client, areAlike))),
  );
  const [ofA, ofB] = await sides();
  expect(ofA, `seed ${seed}`).toBe(ofB);
  const timers = [
    (await a.client.messages.conversation(idOf(b)))?.timer,
    (await b.client.messages.conversation(idOf(a)))?.timer,
  ];
  expect(timers[0], `seed ${seed}`).toEqual(timers[1]);
  await Promise.all(people.map(({ client }) => client.close()));
}

type Author = MessageRecord["author"];

const otherThan = (author: Author): Author => (author === "me" ? "peer" : "me");

/** One device of a conversation, and which of its two people it is of. */
export interface Side {
  readonly talker: Talker;
  /** The other's userId. */
  readonly peer: string;
  readonly side: "first" | "second";
}

/**
 * All that devices must agree on, as the first of the two people sees it: neither places, nor when something was
 * read, nor how far it has come. One message a line, sorted; notices of one side only are left out.
 */
export async function conversationFacts({ talker, peer, side }: Side): Promise<string[]> {
  const seen = side === "first" ? (author: Author) => author : otherThan;
  const records = await talker.client.messages.page(peer, { limit: 100_000 });
  return records
    .filter(({ kind }) => kind !== "devices")
    .map(({ author, id, kind, at, text, edit, replyTo, reactions, isDeleted, ...more }) => {
      const { lifetimeSeconds, timerSeconds } = more;
      const reactionOf = (by: Author) => reactions[seen(by)] ?? null;
      const reply = replyTo && [seen(replyTo.author), replyTo.id];
      const own = [seen(author), id, kind, at, text, edit ?? null, reply ?? null, isDeleted];
      const others = [reactionOf("me"), reactionOf("peer"), lifetimeSeconds, timerSeconds];
      return JSON.stringify([...own, ...others]);
    })
    .toSorted();
}
