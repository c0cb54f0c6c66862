// `key show`: makes an instant key, shows it in every spelling, and waits for the one who enters it.
import type { Command, Context } from "../command.ts";
import type { CliEvent } from "../events.ts";
import { chosenLanguage } from "../languageChoice.ts";
import {
  followMeeting,
  MEETING_HELP,
  MEETING_OPTIONS,
  meetingFiles,
  openToMeet,
} from "../meeting.ts";

export const keyShow: Command = {
  path: ["key", "show"],
  summary: "show a key, and meet whoever enters it",
  synopsis: "[--card FILE] [--out FILE] [--words LANG] [--digits]",
  options: {
    ...MEETING_OPTIONS,
    words: {
      type: "string",
      value: "LANG",
      text: "spell the key in words of a language (default en)",
    },
    digits: { type: "boolean", text: "spell the key in digits: 417-0123456" },
  },
  help: `
Shows a key such as 417-guitar-ocean and waits two minutes for the other person
to enter it. Tell it to that one person: it serves once, and whoever enters it
first is the one you meet. A newer key of this device replaces it. Ctrl-C cancels
and tells the other side.

LANG is en, es, fr, it, pt, cs, ja, ko, zh (simplified Chinese) or zt (traditional
Chinese). Such a key names its language, 417-es-guitarra-abeja, and is entered
like any other, with or without accents.
${MEETING_HELP}

Events with --json: key {code, digits, locator, link, expiresAt}, claimed,
connection {state}, matched, card {card, problem, file}, connected {contact} or
failed {reason, advice}. The key is the secret of the meeting: keep it out of logs.`,
  run: showKey,
};

async function showKey(context: Context): Promise<number> {
  const { card, destination } = await meetingFiles(context);
  const words = await chosenLanguage(context.args);
  const digits = context.args.flag("digits");
  const client = await openToMeet(context);
  const starting = client.showKey({
    ...(card !== undefined && { card }),
    ...(words !== undefined && { words }),
  });
  return followMeeting(context, starting, {
    destination,
    again: "acquaint key show",
    spell: (event) => (digits ? inDigits(event) : event),
  });
}

function inDigits(event: CliEvent): CliEvent {
  return event.event === "key" ? { ...event, code: event.digits, words: event.code } : event;
}
