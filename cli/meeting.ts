// Follows a meeting to its end: tells each step, keeps the card where `--out` wants it, and lets
// Ctrl-C cancel it, so that the other side is told.
import type { Acquaint, Card, Meeting, MeetingEvent } from "../shared/client/node.ts";
import { cardDestination, readCardFile, reasonOf, type CardDestination } from "./cardFiles.ts";
import type { OptionSpecs } from "./arguments.ts";
import type { Context } from "./command.ts";
import { CliError, EXIT } from "./errors.ts";
import type { CliEvent } from "./events.ts";
import type { MeetingView } from "./meetingText.ts";

export const MEETING_OPTIONS: OptionSpecs = {
  card: {
    type: "string",
    value: "FILE",
    text: "your card to send: vCard (.vcf) or JSContact (.json)",
  },
  out: { type: "string", value: "FILE", text: "where to write their card: .vcf or .json" },
  force: { type: "boolean", text: "let --out replace a file that is there" },
};

export const MEETING_HELP = `
Your card is read and checked before anything is sent; the server only ever sees
it sealed. --out does not replace a file that holds something unless --force is
given. Without --out their card stays with the contact:
  acquaint contacts show NAME --out FILE`;

export interface MeetingFiles {
  /** Undefined: the card that is chosen on this device, if any. */
  readonly card: Card | undefined;
  readonly destination: CardDestination | null;
}

/** @throws CliError when the card or the place for theirs is no good; nothing has been sent then */
export async function meetingFiles({ args, resolvePath }: Context): Promise<MeetingFiles> {
  const card = args.text("card");
  const out = args.text("out");
  return {
    card: card === undefined ? undefined : await readCardFile(resolvePath(card)),
    destination:
      out === undefined ? null : await cardDestination(resolvePath(out), args.flag("force")),
  };
}

/** The account, and a server that answers: without one the SDK would go on trying in silence. */
export async function openToMeet(
  context: Context,
  options: { dropRequests?: boolean } = {},
): Promise<Acquaint> {
  const client = await context.open({ finishMeetings: true, ...options });
  const { name } = await client.refreshProfile();
  if (name === "" && !context.present.json) {
    context.present.remark(
      "You have no name yet, so they see only your id: acquaint profile --name N",
    );
  }
  return client;
}

export interface Follow extends Pick<MeetingView, "again"> {
  readonly destination: CardDestination | null;
  /** How the other is called, where that is known beforehand. */
  readonly other?: string | null;
  /** Changes an event before it is told. */
  readonly spell?: (event: CliEvent) => CliEvent;
}

/** @returns the exit code: 0 only when the two have met and their card is where it was wanted */
export async function followMeeting(
  context: Context,
  starting: Promise<Meeting>,
  { destination, spell = (event) => event, again, other = null }: Follow,
): Promise<number> {
  const { interruption, present } = context;
  let markEnded = (): void => {};
  const ended = new Promise<void>((resolve) => (markEnded = resolve));
  interruption.undoBy(async () => {
    await (await starting).cancel();
    await ended;
  });
  try {
    const meeting = await starting;
    let exitCode: number = EXIT.failed;
    let lost: CliError | null = null;
    for await (const event of meeting) {
      const [told, fault] = await keepCard(event, destination);
      lost ??= fault;
      const spelled = spell(interruption.exitCode === null ? told : calledOff(told));
      const { method, role } = meeting;
      // Two devices of one person exchange no cards.
      const isOfPeople = method !== "link" || !["card", "connected"].includes(event.event);
      if (isOfPeople) present.show(spelled, { method, role, other, again });
      if (event.event === "connected") exitCode = EXIT.success;
    }
    if (lost !== null) throw lost;
    return exitCode;
  } finally {
    interruption.undoBy(null);
    markEnded();
  }
}

/** A cancellation that came from here says so. */
function calledOff(event: CliEvent): CliEvent {
  return event.event === "failed" && event.reason === "cancelled"
    ? { ...event, byYou: true }
    : event;
}

/** The card is in its file before it is told of, so that whoever reads the event finds the file. */
async function keepCard(
  event: MeetingEvent,
  destination: CardDestination | null,
): Promise<[CliEvent, CliError | null]> {
  if (event.event !== "card") return [event, null];
  if (destination === null || event.card === null) return [{ ...event, file: null }, null];
  try {
    await destination.write(event.card);
    return [{ ...event, file: destination.path }, null];
  } catch (error) {
    const fault = new CliError(
      "file-unwritable",
      `Their card could not be written to ${destination.path}${reasonOf(error)}.`,
      { hint: "It is kept with the contact: acquaint contacts show NAME --out FILE" },
    );
    return [{ ...event, file: null }, fault];
  }
}
