// `devices`, `devices rename|remove|phrase|restore`: the devices that speak for this account.
import { type Acquaint, type DeviceInfo, PhraseUnknown } from "../../shared/client/node.ts";
import type { Command, Context } from "../command.ts";
import { deviceName } from "../deviceText.ts";
import { CliError, EXIT, usageError } from "../errors.ts";
import { showJoined } from "../joinedAccount.ts";

const WHICH = `
WHICH is the number or the name that acquaint devices shows.`;

export const devices: Command = {
  path: ["devices"],
  summary: "the devices of your account",
  synopsis: "[list]",
  options: {},
  help: `
Lists the devices that speak for your account: each reads and writes all of your
conversations. Another one comes in by acquaint devices link.

Events with --json: one device {number, deviceId, name, addedAt, isThis} for each;
addedAt is in milliseconds since 1970.`,
  run: listDevices,
};

export const devicesRename: Command = {
  path: ["devices", "rename"],
  summary: "call one by a name that your devices know",
  synopsis: "WHICH NEW-NAME",
  options: {},
  help: `
Names one of your devices; only your own devices see it.
${WHICH}

Events with --json: the device as it is afterwards.`,
  async run(context) {
    const [which, name] = context.args.positionals;
    if (which === undefined || name === undefined) {
      throw usageError("Which device, and what name?", "acquaint devices rename 1 laptop");
    }
    const { list, number } = await chosen(context, which);
    await list.rename(number, name);
    const renamed = (await list.list()).find((one) => one.number === number);
    if (renamed !== undefined) context.present.show({ event: "device", ...renamed });
    return EXIT.success;
  },
};

export const devicesHandOver: Command = {
  path: ["devices", "handover"],
  summary: "hand all that this device has to another one of yours",
  synopsis: "WHICH",
  options: {},
  help: `
Sends another device of your account what this one has, sealed: contacts, notes, cards and
conversations. One that was linked has it already; one that came in by the recovery phrase
has nothing of what was before. Leave it running until it says that it is done.
${WHICH}

Events with --json: handedOver {number}.`,
  async run(context) {
    const which = context.args.positionals.join(" ");
    if (which === "") throw usageError("Which device?", "acquaint devices handover NUMBER");
    const { list, number } = await chosen(context, which);
    await list.handOver(number);
    await list.handedOver(number);
    context.present.show({ event: "handedOver", number });
    return EXIT.success;
  },
};

export const devicesRemove: Command = {
  path: ["devices", "remove"],
  summary: "remove one: it reads and writes nothing of yours any more",
  synopsis: "WHICH [--yes]",
  options: { yes: { type: "boolean", short: "y", text: "do not ask; needed in scripts" } },
  help: `
Removes a device from your account, at once and everywhere: its connections end, and no
message reaches it any more. What it already has stays on it. Your contacts are told that
you have removed a device. This device itself can be removed, too, if there is another.
${WHICH}

Events with --json: device {number, …, removed: true}. It needs --yes without a terminal.`,
  worksErased: true,
  run: removeDevice,
};

export const devicesPhrase: Command = {
  path: ["devices", "phrase"],
  summary: "make a new recovery phrase; the one so far restores nothing any more",
  synopsis: "[--yes]",
  options: { yes: { type: "boolean", short: "y", text: "do not ask; needed in scripts" } },
  help: `
Makes twelve new words that restore the account, for when somebody may have seen those so
far, or they are lost. Your contacts are told that there is a new one, not what it is.

Events with --json: recoveryPhrase {recoveryPhrase}. It needs --yes without a terminal.`,
  async run(context) {
    const isMeant = await confirmed(
      context,
      "The recovery phrase so far restores nothing any more. Make a new one?",
    );
    if (!isMeant) throw new CliError("declined", "Nothing was changed.");
    const client = await context.open();
    client.connect();
    const list = await client.devices();
    const recoveryPhrase = await list.renewRecoveryPhrase();
    context.present.show({ event: "recoveryPhrase", recoveryPhrase });
    await list.toldContacts();
    return EXIT.success;
  },
};

export const devicesRestore: Command = {
  path: ["devices", "restore"],
  summary: "bring this new device into your account by its recovery phrase",
  synopsis: "[-]",
  options: {},
  help: `
For when all other devices are lost: asks for the twelve words, without showing what is
typed, or reads them from the standard input with -. This home must be a new one. The
account comes back with its handle and its list of contacts; what only a lost device had,
such as their names and your conversations, does not. Then remove the lost device:
acquaint devices remove

Events with --json: joined {userId}.`,
  run: restoreAccount,
};

async function listDevices(context: Context): Promise<number> {
  const [action, extra] = context.args.positionals;
  if ((action !== undefined && action !== "list") || extra !== undefined) {
    throw usageError(
      `There is no “devices ${action}”.`,
      "Say list, link, join, rename, remove, handover, phrase or restore.",
    );
  }
  const client = await context.open();
  await client.messages.caughtUp();
  for (const device of await (await client.devices()).list()) {
    context.present.show({ event: "device", ...device });
  }
  return EXIT.success;
}

async function removeDevice(context: Context): Promise<number> {
  const which = context.args.positionals.join(" ");
  if (which === "") throw usageError("Which device?", "acquaint devices remove NUMBER");
  const { client, list, device } = await chosen(context, which);
  const isMeant = await confirmed(context, `Remove ${deviceName(device)} from your account?`);
  if (!isMeant) throw new CliError("declined", "Nothing was removed.");
  await list.remove(device.number).catch((error: unknown) => {
    if (!device.isThis || !(error instanceof Error) || error.name !== "AccountErased") throw error;
  });
  context.present.show({ event: "device", ...device, removed: true });
  if (!device.isThis) await list.toldContacts();
  else await client.close();
  return EXIT.success;
}

async function restoreAccount(context: Context): Promise<number> {
  const { args, prompt, present } = context;
  const isPiped = args.positionals[0] === "-" || prompt.piped;
  if (!isPiped && (present.json || !prompt.interactive)) {
    throw usageError("Which phrase?", "pipe it in: acquaint devices restore -");
  }
  const client = await context.open({ isPassing: true });
  const list = await client.devices();
  for (;;) {
    const phrase = isPiped
      ? await prompt.firstLine("recovery phrase")
      : ((await prompt.ask("The twelve words (they stay unseen): ", { unseen: true })) ?? "");
    if (phrase.trim() === "") throw usageError("No phrase was entered.");
    try {
      await list.restore(phrase);
      return await showJoined(context);
    } catch (error) {
      if (!(error instanceof PhraseUnknown)) throw error;
      if (isPiped) throw new CliError("phrase-unknown", error.message);
      present.remark(`${error.message} Nothing was changed; try again.`);
    }
  }
}

async function confirmed({ args, prompt, present }: Context, question: string): Promise<boolean> {
  if (args.flag("yes")) return true;
  if (present.json || !prompt.interactive) {
    throw usageError("This cannot be taken back. To do so, add --yes.");
  }
  const answer = await prompt.ask(`${question} [y/N] `);
  return /^y(es)?$/i.test(answer?.trim() ?? "");
}

async function chosen(context: Context, which: string) {
  const client: Acquaint = await context.open();
  await client.messages.caughtUp(); // by then it knows of those that others have let in, too
  const list = await client.devices();
  const all = await list.list();
  const fitting = all.filter(
    ({ number, name }) => String(number) === which || name.toLowerCase() === which.toLowerCase(),
  );
  const [device] = fitting;
  if (device === undefined || fitting.length > 1) {
    throw new CliError("device-unknown", `There is no one device “${which}”.`, {
      exitCode: EXIT.usage,
      hint: "acquaint devices lists them, each with its number.",
    });
  }
  return { client, list, device: device satisfies DeviceInfo, number: device.number };
}
