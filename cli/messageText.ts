// Messages for people: one after another, with the time, and a line for each new day. A narrow terminal
// breaks them at blanks; in a pipe every line of a message is one.
import { timeText } from "./contactText.ts";
import { durationText } from "./duration.ts";
import { sizeText } from "./fileTypes.ts";
import type { MessageEvent, StateEvent, TalkEvent } from "./messageEvents.ts";
import { printable, shortened } from "./printable.ts";
import { columnsOf, styled, type Terminal } from "./terminal.ts";
import { hanging } from "./textWidth.ts";

const NAME_MAX_CHARS = 20;
const QUOTE_MAX_CHARS = 24;

const dayText = new Intl.DateTimeFormat(undefined, { dateStyle: "full" });
const clockText = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

export class TalkText {
  readonly #out: Terminal;
  #day = "";
  #showsIds = false;

  constructor(out: Terminal) {
    this.#out = out;
  }

  /** For people who need one for a later command. */
  showIds(): void {
    this.#showsIds = true;
  }

  lines(event: TalkEvent): string[] {
    switch (event.event) {
      case "message":
        return [...this.#newDay(event.at), ...this.#message(event)];
      case "edited":
        return this.#remark(`${nameOf(event)} changed ${subject(event)} to: `, event.text);
      case "deleted":
        return this.#remark(`${nameOf(event)} deleted ${subject(event)}.`);
      case "reaction":
        return this.#remark(reactionText(event));
      case "timer":
        return [
          ...this.#newDay(event.at),
          ...this.#remark(
            event.seconds === 0
              ? `${nameOf(event)} turned disappearing messages off.`
              : `${nameOf(event)} set messages to disappear ${durationText(event.seconds)} after they are read.`,
          ),
        ];
      case "devicesChanged":
        return [
          ...this.#newDay(event.at),
          ...this.#remark(`${nameOf(event)} ${DEVICE_CHANGES[event.change]}.`),
        ];
      case "state":
        return this.#remark(stateText(event));
      case "typing":
        return event.isTyping ? this.#remark(`${nameOf(event)} is typing …`) : [];
      case "forked":
        return this.#alarm(event);
    }
  }

  #newDay(at: number): string[] {
    const day = dayText.format(at);
    if (day === this.#day) return [];
    this.#day = day;
    return [styled(this.#out, "dim", `── ${day} ──`)];
  }

  #message(event: MessageEvent): string[] {
    const { at, number, state, id } = event;
    const mark = number === undefined ? "" : `#${number} `;
    const time = `${mark}${clockText.format(at)}`;
    // No name that a contact chooses looks like this arrow without a colon.
    const author = event.byYou ? "→" : `${nameOf(event)}:`;
    const label = `${time} ${author} `;
    const [first = "", ...rest] = hanging(label, bodyOf(event), this.#columns);
    const start = `${styled(this.#out, "dim", time)} ${styled(this.#out, ["bold", "cyan"], author)} `;
    const shown = [start + first.slice(label.length), ...rest];
    const { answers, replyTo } = event;
    const facts = [
      ...(answers === undefined ? [] : [`answers #${answers}`]),
      ...(answers === undefined && replyTo !== undefined && this.#showsIds
        ? [`answers ${replyTo}`]
        : []),
      ...(event.reactions ?? []).map(({ emoji }) => printable(emoji)),
      ...(event.edited ? ["edited"] : []),
      // A chat says once that messages disappear.
      ...(number !== undefined || event.disappearsAt === undefined
        ? []
        : [`disappears ${timeText(event.disappearsAt)}`]),
      // In a chat, what becomes of a message is told by itself.
      ...(number === undefined && state !== undefined && state in STATES
        ? [STATES[state as keyof typeof STATES]]
        : []),
      // It is what saves the file.
      ...(this.#showsIds || (number === undefined && event.file !== undefined) ? [id] : []),
    ];
    if (facts.length === 0) return shown;
    return [...shown, ...this.#remark(facts.join(", "))];
  }

  #remark(text: string, quoted = ""): string[] {
    const [head = "", ...rest] = cleaned(quoted);
    const lines = [text + head, ...rest].flatMap((line) => hanging("    ", line, this.#columns));
    return lines.map((line) => styled(this.#out, "dim", line));
  }

  #alarm({ name }: { readonly name: string }): string[] {
    const text = `The devices of ${printable(name)} have changed, and the account has not signed the change. Somebody may be in between: nothing more is sent. Ask them in person, and meet again.`;
    const lines = hanging("✗ ", text, this.#columns);
    return lines.map((line) => styled(this.#out, ["red", "bold"], line));
  }

  get #columns(): number {
    return this.#out.interactive ? columnsOf(this.#out) : Infinity;
  }
}

const DEVICE_CHANGES = {
  added: "added a device",
  removed: "removed a device",
  recovery: "has a new recovery phrase",
} as const;

function stateText({ state, number, name }: StateEvent): string {
  const which = number === undefined ? "" : `#${number} `;
  switch (state) {
    case "uploading":
      return `${which}is being sent`;
    case "waiting":
      return `${which}waits for the server`;
    case "sent":
      return `${which}sent to ${nameOf({ name })}`;
    case "delivered":
      return `${which}delivered to ${nameOf({ name })}`;
    case "read":
      return `${which}read by ${nameOf({ name })}`;
    case "refused":
      return `${which}was not taken by the server`;
  }
}

const STATES = {
  uploading: "is being sent",
  waiting: "waits for the server",
  refused: "was not sent",
} as const;

function bodyOf({ text, deleted, unreadable, file }: MessageEvent): string {
  if (deleted) return "(deleted)";
  if (file !== undefined) {
    const caption = text === "" ? [] : cleaned(text);
    return [`[${printable(file.name)}, ${sizeText(file.size)}]`, ...caption].join("\n");
  }
  if (unreadable) return "(sent by a later version of Acquaint, and cannot be shown by this one)";
  return cleaned(text).join("\n");
}

function reactionText(event: Extract<TalkEvent, { event: "reaction" }>): string {
  const what = event.number === undefined ? quote(event.text) : `#${event.number}`;
  return event.emoji === ""
    ? `${nameOf(event)} took back the reaction to ${what}`
    : `${nameOf(event)} reacted ${printable(event.emoji)} to ${what}`;
}

function subject({ number }: { readonly number?: number }): string {
  return number === undefined ? "a message" : `#${number}`;
}

function quote(text: string): string {
  return text === "" ? "a message" : `“${shortened(printable(text), QUOTE_MAX_CHARS)}”`;
}

/** Line by line. */
function cleaned(text: string): string[] {
  return text.split("\n").map(printable);
}

function nameOf({ name, byYou }: { readonly name: string; readonly byYou?: true }): string {
  return byYou ? "You" : shortened(printable(name), NAME_MAX_CHARS);
}
