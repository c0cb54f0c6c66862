// `devices link` and `devices join`: a new device comes into an account. The one shows a code, the other enters it;
// then the one is asked whether to let the other in, and hands over what it has.
import { hostname } from "node:os";
import type {
  Acquaint,
  AcquaintEvent,
  Applicant,
  Devices,
  LinkOptions,
  Meeting,
} from "../../shared/client/node.ts";
import { isLocator } from "../../shared/client/node.ts";
import type { Command, Context } from "../command.ts";
import { deviceName } from "../deviceText.ts";
import { CliError, EXIT, usageError } from "../errors.ts";
import { showJoined } from "../joinedAccount.ts";
import { chosenLanguage } from "../languageChoice.ts";
import { followMeeting } from "../meeting.ts";
import { meetByPassphrase, PASSPHRASE_OPTIONS, givenPassphrase, UNSEEN } from "../passphrase.ts";
import { printable } from "../printable.ts";

export const devicesLink: Command = {
  path: ["devices", "link"],
  summary: "let another device of yours into this account",
  synopsis: "[--by-passphrase | --words LANG | --digits] [--yes]",
  options: {
    "by-passphrase": { type: "boolean", text: "agree on a passphrase instead of showing a code" },
    ...PASSPHRASE_OPTIONS,
    words: { type: "string", value: "LANG", text: "spell the code in words of a language" },
    digits: { type: "boolean", text: "spell the code in digits" },
    yes: { type: "boolean", short: "y", text: "let in whoever enters it, without a question" },
  },
  help: `
Shows a code to enter on your other device: on the server's page under "I have an
account", or there by: acquaint devices join CODE. The code serves once, for two
minutes. Before the device comes in you are asked: whoever is let in can read and write
as you, so go on only if it says that it waits for you.

With --by-passphrase (or --passphrase P) both devices take the same words instead, and
the new one the number that is shown. Then this device hands over contacts, cards and
conversations, sealed; leave it running until it says so. Contacts are told that you have
added a device.

Events with --json: key {code, digits, locator, link, expiresAt} or asked {locator, …},
claimed, matched, failed {reason, advice}; applicant {userId, name}; device {number,
deviceId, name, addedAt, isThis} once it is in; handedOver {number}. Without a terminal
it needs --yes.`,
  run: linkDevice,
};

export const devicesJoin: Command = {
  path: ["devices", "join"],
  summary: "bring this new device into an account of yours",
  synopsis: "[CODE | - | --locator L] [--name N]",
  options: {
    name: { type: "string", value: "N", text: "what this device is called among yours" },
    locator: { type: "string", value: "L", text: "the number that goes with a passphrase" },
    ...PASSPHRASE_OPTIONS,
  },
  help: `
Enters the code that your other device shows (acquaint devices link), in any spelling;
left out, you are asked for it. With --locator it is the number, and you are asked for the
passphrase. Your other device then asks whether to let this one in.

This home must be a new one: the account that it has made for itself ends, and the one
with contacts is refused. What your other device hands over comes with the first
acquaint inbox, or now, for as long as this runs.

Events with --json: claimed, matched, failed {reason, advice}, waiting, joined {userId},
history {done, total}.`,
  run: joinAccount,
};

async function linkDevice(context: Context): Promise<number> {
  const { args, present, prompt } = context;
  const yes = args.flag("yes");
  if (!yes && (present.json || !prompt.interactive)) {
    throw usageError("This lets another device into the account. To do so, add --yes.");
  }
  const words = await chosenLanguage(args);
  const client = await context.open({ finishMeetings: true });
  client.connect();
  const devices = await client.devices();
  await nameThis(devices);
  const again = "acquaint devices link";
  const isSpoken = args.flag("by-passphrase") || args.text("passphrase") !== undefined;
  let shown: Meeting | null = null;
  const show = async (options: LinkOptions): Promise<Meeting> => {
    shown = await devices.link(options);
    return shown;
  };
  const exitCode = isSpoken
    ? await meetByPassphrase(
        context,
        await givenPassphrase(context),
        `Passphrase for both devices (${UNSEEN}): `,
        (passphrase) => show({ passphrase }),
        { destination: null, again },
      )
    : await followMeeting(context, show(words === undefined ? {} : { words }), {
        destination: null,
        again,
        spell: (event) =>
          event.event === "key" && args.flag("digits")
            ? { ...event, code: event.digits, words: event.code }
            : event,
      });
  if (exitCode !== EXIT.success || shown === null) return exitCode;
  const applicant = await applicantOf(client, shown);
  present.show({ event: "applicant", userId: applicant.userId, name: applicant.name });
  if (!yes && !(await isWanted(context, applicant))) {
    await devices.refuse(applicant.userId);
    await client.messages.settled(applicant.userId);
    throw new CliError("declined", "The device was not let in.");
  }
  const number = await devices.admit(applicant.userId);
  await client.messages.settled(applicant.userId);
  const device = (await devices.list()).find((one) => one.number === number);
  if (device !== undefined) present.show({ event: "device", ...device });
  await devices.handedOver(number);
  present.show({ event: "handedOver", number });
  return EXIT.success;
}

/** So that a list of two tells them apart; only one's own devices see it. */
async function nameThis(devices: Devices): Promise<void> {
  const own = (await devices.list()).find(({ isThis }) => isThis);
  if (own?.name === "") await devices.rename(own.number, hostname());
}

async function isWanted({ prompt }: Context, { name }: Applicant): Promise<boolean> {
  const answer = await prompt.ask(
    `Let ${deviceName({ name: printable(name) })} in? Only if it says that it waits for you. [y/N] `,
  );
  return /^y(es)?$/i.test(answer?.trim() ?? "");
}

/** The device that has entered this code, and no other, asks in a moment. */
async function applicantOf(client: Acquaint, meeting: Meeting): Promise<Applicant> {
  const { userId } = await meeting.contact;
  const devices = await client.devices();
  for (;;) {
    const told = nextEvent(client, ({ event }) => event === "devices");
    const applicant = (await devices.applicants()).find((one) => one.userId === userId);
    if (applicant !== undefined) return applicant;
    await told;
  }
}

async function joinAccount(context: Context): Promise<number> {
  const { args, present } = context;
  const locator = args.text("locator")?.replaceAll(/\s/g, "");
  if (locator !== undefined && !isLocator(locator)) {
    throw usageError(`${args.text("locator")} is no locator: three to nine digits.`);
  }
  const code = locator === undefined ? await codeOf(context) : null;
  const client = await context.open({ isPassing: true });
  client.connect();
  const devices = await client.devices();
  const name = args.text("name") ?? hostname();
  const ended = nextEvent(client, ({ event }) => event === "joined" || event === "joinRefused");
  const again = "acquaint devices link there, and here acquaint devices join";
  const follow = { destination: null, again };
  const exitCode =
    locator === undefined
      ? await followMeeting(context, devices.join(code ?? "", name), follow)
      : await meetByPassphrase(
          context,
          await givenPassphrase(context),
          `Passphrase (${UNSEEN}): `,
          (passphrase): Promise<Meeting> => devices.join({ locator, passphrase }, name),
          follow,
        );
  if (exitCode !== EXIT.success) return exitCode;
  present.show({ event: "waiting" });
  context.interruption.undoBy(() => devices.cancelJoining());
  const end = await ended;
  context.interruption.undoBy(null);
  if (end.event === "joinRefused") {
    throw new CliError("declined", "Your other device declined.", {
      hint: `To start over: ${again}`,
    });
  }
  return showJoined(context);
}

async function codeOf({ args, prompt, present }: Context): Promise<string> {
  const typed = args.positionals.join(" ");
  if (typed === "-") return prompt.firstLine("code");
  if (typed !== "") return typed;
  if (!prompt.interactive || present.json)
    throw usageError("Which code?", "acquaint devices join CODE");
  const answer = (await prompt.ask("The code that your other device shows: "))?.trim() ?? "";
  if (answer === "") throw usageError("No code was entered.");
  return answer;
}

function nextEvent(
  client: Acquaint,
  isIt: (event: AcquaintEvent) => boolean,
): Promise<AcquaintEvent> {
  return new Promise((resolve) => {
    const off = client.on((event) => {
      if (!isIt(event)) return;
      off();
      resolve(event);
    });
  });
}
