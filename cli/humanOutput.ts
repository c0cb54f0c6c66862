// What people see. Every text that came from elsewhere passes `printable` on its way here.
import type { Contact } from "../shared/client/node.ts";
import type { Presenter } from "./output.ts";
import { cardLines } from "./cardText.ts";
import { contactLines, shortId } from "./contactText.ts";
import { CLEAR_LINE, startCountdown, type Countdown, type Counted } from "./countdown.ts";
import { deviceLine, deviceName } from "./deviceText.ts";
import type { CliError } from "./errors.ts";
import type { CliEvent } from "./events.ts";
import { sizeText } from "./fileTypes.ts";
import { isNameless } from "./introduced.ts";
import { keyLines } from "./keyText.ts";
import {
  askedLines,
  claimedText,
  COUNTED_UNTIL_DONE,
  countedUntilAnswer,
  failureLines,
  matchedText,
  type MeetingView,
  passphraseLines,
} from "./meetingText.ts";
import { TalkText } from "./messageText.ts";
import { jsonText, printable, shortened } from "./printable.ts";
import { requestLines, requestOverText } from "./requestText.ts";
import { RoomLabels } from "./roomLabels.ts";
import { roomLines } from "./roomText.ts";
import { comparisonLines, safetyLines } from "./safetyText.ts";
import { contactRequestLines, touchLines } from "./tapText.ts";
import { columnsOf, fitted, styled, type Terminal } from "./terminal.ts";

export function humanPresenter(out: Terminal, errors: Terminal): Presenter {
  let countdown: Countdown | null = null;
  const talk = new TalkText(out);
  const labels = new RoomLabels();

  let isUnderWay = false;
  let isInRoom = false;

  const endCountdown = (): void => {
    countdown?.stop();
    countdown = null;
    if (isUnderWay) errors.write(CLEAR_LINE);
    isUnderWay = false;
  };
  const write = (to: Terminal, lines: readonly string[]): void => {
    to.write(
      fitted(to, lines)
        .map((line) => `${line}\n`)
        .join(""),
    );
  };
  const say = (...lines: string[]): void => write(out, lines);

  const count = (until: number | null, what: Counted): void => {
    if (until !== null) countdown = startCountdown(until, what, out);
  };
  /** What comes meanwhile stands above the running line. */
  const interject = (...lines: string[]): void => {
    if (countdown === null) say(...lines);
    else countdown.interject(fitted(out, lines).join("\n"));
  };

  function show(event: CliEvent, meeting = NO_MEETING): void {
    if (!MEANWHILE.includes(event.event)) endCountdown();
    switch (event.event) {
      case "key":
        say(...keyLines(event, meeting.method, out));
        return count(event.expiresAt, countedUntilAnswer(meeting));
      case "asked":
        say(...askedLines(event, meeting, out));
        return count(event.expiresAt, countedUntilAnswer(meeting));
      case "claimed":
        say(claimedText(meeting));
        return count(event.answerBy, COUNTED_UNTIL_DONE);
      case "connection":
        return interject(
          event.state === "lost" ? "The connection is lost; trying again …" : "Connected again.",
        );
      case "request":
        return interject(...requestLines(event, out));
      case "requestOver":
        return interject(requestOverText(event));
      case "passphrase":
        return say(...passphraseLines(event.passphrase, out));
      case "matched":
        return say(styled(out, ["green", "bold"], matchedText(meeting)));
      case "card":
        return say(...cardNews(event));
      case "connected":
        return say(
          styled(out, ["green", "bold"], `✓ You and ${printable(event.contact.name)} have met.`),
          ...contactLines(event.contact, out),
          ...namingHint(event.contact),
        );
      case "failed":
        if (event.byYou === true) return say("Cancelled. The other side is told.");
        return say(...failureLines(event, meeting, out));
      case "whoami":
      case "profile":
        return say(...profileLines(event));
      case "contact":
        say(...contactLines(event, out));
        if (event.comparison !== undefined) say(...comparisonLines(event.comparison, out));
        if (event.card != null) say(...cardLines(event.card, out));
        if (event.file !== undefined) say(`  card written to ${printable(event.file)}`);
        return;
      case "safetyPhrase":
        return say(...safetyLines(event, out));
      case "compared":
        return say(
          styled(out, "green", `✓ You and ${printable(event.name)} have the same safety phrase.`),
        );
      case "tapped":
      case "tap":
      case "table":
      case "group":
      case "undone":
      case "badge":
      case "contactAsked":
      case "contactRequestOver":
        return say(...touchLines(event, out));
      case "contactRequest":
        return say(...contactRequestLines(event, out, isInRoom));
      case "ticket":
        say(...touchLines(event, out));
        return count(event.expiresAt, COUNTED_TICKET);
      case "blocked":
        return say(blockedLine(event.userId, event.name, event.blocked));
      case "recoveryPhrase":
        return say(
          event.recoveryPhrase ?? "The recovery phrase is not kept on this device anymore.",
        );
      case "exported":
        if (event.file === null) return out.write(jsonText(event.export));
        return say(`All that this device keeps is in ${printable(event.file)}.`);
      case "saved":
        return say(`${printable(event.file)}, ${sizeText(event.size)}.`);
      case "device":
        if (event.removed === true) return say(`✓ ${deviceName(event)} is removed.`);
        return say(deviceLine(event, out));
      case "applicant":
        return say(`${deviceName(event)} has entered it, and wants to come into your account.`);
      case "waiting":
        return say("Confirm on your other device that this one may come in.");
      case "joined":
        return say(styled(out, ["green", "bold"], "✓ This device belongs to your account now."));
      case "handedOver":
        return say("All that this device has is handed over. Both can be used from now on.");
      case "history":
        return say(`Earlier messages: ${event.done} of ${event.total}`);
      case "erased":
        return say("Your account is erased, at the server and on this device.");
      case "message":
      case "edited":
      case "deleted":
      case "reaction":
      case "timer":
      case "devicesChanged":
      case "state":
      case "typing":
      case "forked":
        return out.write(
          talk
            .lines(event)
            .map((line) => `${line}\n`)
            .join(""),
        );
      case "help":
        return out.write(event.text);
      case "version":
        return say(`acquaint ${event.version}`);
      default:
        return say(...roomLines(event, out, labels));
    }
  }

  function cardNews(event: Extract<CliEvent, { event: "card" }>): string[] {
    if (event.problem !== null)
      return [`Their card could not be read: ${printable(event.problem)}`];
    if (event.card === null) return ["They sent no card."];
    const where = event.file === null ? [] : [`  written to ${printable(event.file)}`];
    return ["Their card:", ...cardLines(event.card, out), ...where];
  }

  function profileLines(me: Extract<CliEvent, { event: "whoami" | "profile" }>): string[] {
    const facts = [
      ["name", me.name === "" ? "none yet (acquaint profile --name N)" : printable(me.name)],
      ["handle", me.handle === null ? "none" : `@${me.handle}`],
      ["found by", me.handle === null ? "nobody, without a handle" : VISIBILITY[me.visibility]],
      ["asked by", REQUESTS_FROM[me.requestsFrom]],
      ["user id", me.userId],
      ["device", me.deviceId],
      ...(me.event === "whoami"
        ? [
            ["server", me.server],
            ["home", printable(me.home)],
          ]
        : []),
    ] as const;
    return facts.map(([label, value]) => `${styled(out, "dim", label.padEnd(10))}${value}`);
  }

  return {
    json: false,
    show,
    remark: (text) => {
      endCountdown();
      write(errors, [printable(text)]);
    },
    progress: (text) => {
      if (!errors.interactive) return;
      endCountdown();
      if (text === null) return;
      isUnderWay = true;
      errors.write(CLEAR_LINE + shortened(text, columnsOf(errors) - 1));
    },
    showIds: () => talk.showIds(),
    takesOrders: () => void (isInRoom = true),
    revealRecoveryPhrase(phrase) {
      if (!errors.interactive) return false;
      errors.write(recoveryText(styled(errors, "bold", phrase)));
      return true;
    },
    fail(error: CliError) {
      endCountdown();
      const [title = "", ...rest] = fitted(errors, [`acquaint: ${printable(error.message)}`]);
      const label = styled(errors, ["red", "bold"], "acquaint:");
      write(errors, [label + title.slice("acquaint:".length), ...rest]);
      if (error.hint !== null) write(errors, [`  ${printable(error.hint)}`]);
    },
    close: endCountdown,
  };
}

function blockedLine(userId: string, name: string | null, blocked: boolean): string {
  const who = name === null ? "" : `  ${printable(name)}`;
  return `  ${userId}${who}  ${blocked ? "blocked" : "not blocked"}`;
}

function recoveryText(phrase: string): string {
  return `
Its recovery phrase, shown this once. These twelve words restore the account when
this device is lost, and whoever has them is you. Write them down on paper:

    ${phrase}

To see them again: acquaint whoami --recovery-phrase

`;
}

/** Who has not given a name is called by a short form of the id, which nobody remembers. */
function namingHint(contact: Contact): string[] {
  const { userId } = contact;
  return isNameless(contact)
    ? [`  Give them a name: acquaint contacts rename ${shortId(userId)} NAME`]
    : [];
}

/** Steps that a countdown survives. */
const MEANWHILE: readonly CliEvent["event"][] = ["connection", "request", "requestOver"];

const COUNTED_TICKET = { live: "Waiting for a tap", plain: null } as const;

const NO_MEETING: MeetingView = {
  method: "key",
  role: "responder",
  other: null,
  again: "acquaint",
};

const VISIBILITY = {
  anyone: "anyone who knows the handle",
  contactsOfContacts: "contacts of your contacts who know the handle",
  nobody: "nobody",
} as const;

const REQUESTS_FROM = {
  anyone: "anyone",
  contactsOfContacts: "your contacts and their contacts",
  nobody: "your contacts alone",
} as const;
