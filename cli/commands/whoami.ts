// `whoami`: the account of this home, and its recovery phrase for who asks for it by name.
import type { Command, Context } from "../command.ts";
import { EXIT, usageError } from "../errors.ts";

export const whoami: Command = {
  path: ["whoami"],
  summary: "your account, and its recovery phrase",
  synopsis: "[--recovery-phrase | --forget-recovery-phrase]",
  options: {
    "recovery-phrase": { type: "boolean", text: "show the twelve words that restore the account" },
    "forget-recovery-phrase": {
      type: "boolean",
      text: "remove them from this device, once they are written down",
    },
  },
  help: `
Shows the user id, name and handle of the account that this home belongs to.

The recovery phrase is made with the account. Twelve words restore it when its
only device is lost; whoever has them is you. A terminal shows them once, at the
start. Elsewhere, and with --json, they appear only when asked for with
--recovery-phrase, so that no log holds them by surprise. They stay on this device
until --forget-recovery-phrase.

Events with --json: whoami {userId, name, handle, visibility, requestsFrom,
deviceId, server, home}, or recoveryPhrase {recoveryPhrase}, null once forgotten.`,
  run: tellWhoIAm,
};

async function tellWhoIAm(context: Context): Promise<number> {
  const { args, present, server, home } = context;
  const shows = args.flag("recovery-phrase");
  const forgets = args.flag("forget-recovery-phrase");
  if (shows && forgets) throw usageError("Show the recovery phrase first, then forget it.");
  const client = await context.open();
  if (shows) {
    present.show({ event: "recoveryPhrase", recoveryPhrase: await client.recoveryPhrase() });
  } else if (forgets) {
    await client.forgetRecoveryPhrase();
    present.show({ event: "recoveryPhrase", recoveryPhrase: await client.recoveryPhrase() });
  } else {
    present.show({ event: "whoami", ...client.me, server, home });
  }
  return EXIT.success;
}
