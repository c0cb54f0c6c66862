// KEY-4: a crowd at one attempt keeps neither its sides out, nor for long anybody else.

import { expect, test } from "vitest";
import { ATTEMPT_MAX_SOCKETS, KEY_T2_SECONDS } from "../../shared/wire/limits.ts";
import { strangerActor } from "./support/accounts.ts";
import { advanceClock, useStoppedClock } from "./support/clock.ts";
import { freshLocator, openMessage } from "./support/pairing.ts";
import { connectToAttempt, mintUpgrade, requestUpgrade } from "./support/sockets.ts";

useStoppedClock();

const AT_ONCE = 100;

test("KEY-4: 2,000 visitors keep out a further one, no side, and make way when their offer has passed", async () => {
  const locator = freshLocator();
  const ann = strangerActor();
  const initiator = await connectToAttempt(ann, "open", locator);
  const message = openMessage();
  await initiator.ask(message);
  for (let count = 1; count < ATTEMPT_MAX_SOCKETS; count += AT_ONCE) {
    const batch = Math.min(AT_ONCE, ATTEMPT_MAX_SOCKETS - count);
    await Promise.all(
      Array.from({ length: batch }, () => connectToAttempt(strangerActor(), "claim", locator)),
    );
  }

  const token = await mintUpgrade(strangerActor(), "claim", locator);
  const refusal = await requestUpgrade(`/v1/attempts/${locator}`, token);
  expect(await refusal.json()).toMatchObject({ code: "try-again" });
  const back = await connectToAttempt(ann, "resume", locator, { sid: message.sid });
  expect((await back.next()).type).toBe("opened");

  advanceClock(KEY_T2_SECONDS * 1_000 + 1);
  const late = await connectToAttempt(strangerActor(), "claim", locator);
  expect((await late.next()).type).toBe("offer");
  await back.ask();
  expect(back.isClosed).toBe(false);
});
