// ID-3: whatever a removed device was at, as any side of an attempt in any state, it is over within a second: its
// sockets are closed, and the other side hears of an end.

import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { afterEach, expect, test, vi } from "vitest";
import type { Locator } from "../../shared/wire/ids.ts";
import { registerAccount, type TestAccount } from "./support/accounts.ts";
import { answered, askTo, listen, nextRequest } from "./support/asking.ts";
import {
  closedWithinASecond,
  Household,
  type Member,
  openSocket,
  removeSecond,
} from "./support/devices.ts";
import {
  answerMessage,
  claimMessage,
  openMessage,
  passphraseMessage,
  wrongAnswer,
} from "./support/pairing.ts";
import { connectToAttempt, ends, type TestSocket } from "./support/sockets.ts";

afterEach(() => vi.restoreAllMocks());

interface Scene {
  /** Of the device that is removed. */
  readonly sockets: readonly TestSocket[];
  /** Checks what others hear of it. */
  readonly after?: () => Promise<void>;
}

const claimed = async (socket: TestSocket) => {
  await socket.next("offer");
  const claim = claimMessage();
  socket.send(claim);
  await socket.next("claimed");
  return claim;
};

/** What a device may be at, wherever an attempt stands. */
const SCENES: Record<string, (device: Member, peer: TestAccount, other: Member) => Promise<Scene>> =
  {
    "a socket to open, on which nothing was said": async (device) => ({
      sockets: [await openSocket(device, OPEN)],
    }),
    "a key that waits": async (device, peer) => {
      const socket = await openSocket(device, OPEN);
      socket.send(openMessage());
      const { locator } = await socket.next("opened");
      const visitor = await connectToAttempt(peer, "claim", locator);
      await visitor.next("offer");
      return {
        sockets: [socket],
        after: async () => {
          visitor.send(claimMessage());
          expect(await visitor.next("ended")).toMatchObject({ outcome: "mismatch" });
        },
      };
    },
    "a key that was claimed": async (device, peer) => {
      const socket = await openSocket(device, OPEN);
      socket.send(openMessage());
      const { locator } = await socket.next("opened");
      const visitor = await connectToAttempt(peer, "claim", locator);
      await claimed(visitor);
      return { sockets: [socket], after: () => endedAs(visitor, "cancelled") };
    },
    "a claim": async (device, peer) => {
      const { initiator, locator } = await keyOf(peer);
      const socket = await openSocket(device, { purpose: "claim", locator, method: "key" });
      await claimed(socket);
      return { sockets: [socket], after: () => endedAs(initiator, "cancelled") };
    },
    "an offer that it looks at": async (device, peer) => {
      const { initiator, locator } = await keyOf(peer);
      const socket = await openSocket(device, { purpose: "claim", locator, method: "key" });
      await socket.next("offer");
      return {
        sockets: [socket],
        after: async () => {
          const visitor = await connectToAttempt(await registerAccount(), "claim", locator);
          await claimed(visitor);
          await initiator.next("claim");
        },
      };
    },
    "a decoy, twice": async (device) => {
      const wish = { purpose: "claim", locator: "4172" as Locator, method: "key" } as const;
      return { sockets: [await openSocket(device, wish), await openSocket(device, wish)] };
    },
    "a request that it makes": async (device, peer) => {
      const listening = await listen(peer);
      const socket = await openSocket(device, { purpose: "open", to: peer.userId });
      socket.send(passphraseMessage());
      await nextRequest(listening);
      return {
        sockets: [socket],
        after: async () => {
          const { request: over } = await listening.socket.next("requestOver");
          expect(over).toMatchObject({ from: device.userId, outcome: "cancelled" });
        },
      };
    },
    "a match that it has not acknowledged": async (device, peer) => {
      const { initiator, locator } = await keyOf(peer);
      const socket = await openSocket(device, { purpose: "claim", locator, method: "key" });
      const { tag } = await claimed(socket);
      initiator.send(answerMessage(tag));
      await Promise.all([initiator.next("matched"), socket.next("matched")]);
      return {
        sockets: [socket],
        after: async () => {
          initiator.send({ type: "acknowledge" });
          await initiator.closed;
          await vi.waitFor(async () => expect(await heldAt(locator)).toBe(0));
        },
      };
    },
    "a match of its own key": async (device, peer) => {
      const socket = await openSocket(device, OPEN);
      socket.send(openMessage());
      const { locator } = await socket.next("opened");
      const visitor = await connectToAttempt(peer, "claim", locator);
      const { tag } = await claimed(visitor);
      socket.send(answerMessage(tag));
      await visitor.next("matched");
      return { sockets: [socket], after: async () => expect(ends(visitor)).toEqual(["connected"]) };
    },
    "a request that it is asked": async (device, peer, other) => {
      const listening = await listen(device);
      const { initiator, sid, locator } = await askTo(peer, device.userId);
      await nextRequest(listening);
      const wish = { purpose: "answer", locator: locator as Locator, sid } as const;
      const socket = await openSocket(device, wish);
      await socket.next("offer");
      return {
        sockets: [socket, listening.socket],
        after: async () => {
          await answered({ locator, sid, initiator }, other);
        },
      };
    },
    "a request that it has answered": async (device, peer) => {
      const asking = await askTo(peer, device.userId);
      const { locator, sid } = asking;
      const wish = { purpose: "answer", locator: locator as Locator, sid } as const;
      const socket = await openSocket(device, wish);
      await claimed(socket);
      return { sockets: [socket], after: () => endedAs(asking.initiator, "cancelled") };
    },
    "an end that it has not acknowledged": async (device, peer) => {
      const socket = await openSocket(device, OPEN);
      socket.send(openMessage());
      const { locator } = await socket.next("opened");
      const visitor = await connectToAttempt(peer, "claim", locator);
      await claimed(visitor);
      socket.send(wrongAnswer());
      await socket.next("ended");
      return {
        sockets: [socket],
        after: () => vi.waitFor(async () => expect(await heldAt(locator)).toBe(0)),
      };
    },
  };

/** Longer locators than people get, so that no two tests meet at one. */
const OPEN = { purpose: "open", tried: 4 } as const;

async function keyOf(peer: TestAccount) {
  const initiator = await openSocket(peer, OPEN);
  initiator.send(openMessage());
  const { locator } = await initiator.next("opened");
  return { initiator, locator: locator as Locator };
}

async function endedAs(socket: TestSocket, outcome: string): Promise<void> {
  await socket.next("ended");
  expect(ends(socket)).toEqual([outcome]);
}

/** Values that an attempt holds. */
const heldAt = (locator: string) =>
  runInDurableObject(
    env.ATTEMPTS.getByName(locator),
    (_, { storage }) => [...storage.kv.list()].length,
  );

test.for(Object.entries(SCENES))(
  "ID-3: a device is removed that is at %s: its part is over, and its sockets are closed",
  async ([, scene]) => {
    const house = await Household.of(2);
    const peer = await registerAccount();
    const { sockets, after } = await scene(house.member(1), peer, house.member(0));
    await removeSecond(house);
    await closedWithinASecond(sockets);
    await after?.();
  },
);
