// What a line that is typed in a chat means: a text to send, or a command that begins with a slash.
import { durationText, DURATION_FORM, lifetimeIn } from "./duration.ts";
import { nearest } from "./nearest.ts";

export type ChatOrder =
  | { readonly kind: "nothing" | "quit" | "help" }
  | { readonly kind: "say"; readonly text: string }
  /** `number` is null for the last message: of theirs with `reply` and `react`, else of one's own. */
  | {
      readonly kind: "reply" | "edit" | "react" | "delete";
      readonly number: number | null;
      readonly text: string;
    }
  | { readonly kind: "timer"; readonly seconds: number }
  | { readonly kind: "file"; readonly path: string }
  /** `number` is null for the last file of theirs; `path` empty for the folder that one stands in. */
  | { readonly kind: "save"; readonly number: number | null; readonly path: string }
  /** Not understood: nothing is sent. */
  | { readonly kind: "fault"; readonly message: string };

const COMMANDS = [
  "reply",
  "edit",
  "react",
  "delete",
  "file",
  "save",
  "timer",
  "quit",
  "help",
] as const;

export const CHAT_HELP = `  /reply [#N] TEXT    answer a message: number N, or their last one
  /edit [#N] TEXT     change one of yours, or your last one
  /react [#N] EMOJI   react to a message; /react [#N] - takes it back
  /delete [#N]        delete one of yours, for both of you
  /file PATH          send a file
  /save [#N] [PATH]   write the file of message N, or their last one, to the disk
  /timer TIME         let messages disappear after reading: 1h, 7d, off
  /quit, Ctrl-D       leave; Ctrl-C does so as well
  //TEXT              sends a text that begins with a slash`;

export function chatOrderIn(line: string): ChatOrder {
  const text = line.trim();
  if (text === "") return { kind: "nothing" };
  if (!text.startsWith("/")) return { kind: "say", text: line.trimEnd() };
  if (text.startsWith("//")) return { kind: "say", text: text.slice(1) };
  const [, word = "", rest = ""] = /^\/(\S*)\s*(.*)$/su.exec(text) ?? [];
  const command = COMMANDS.find((name) => name === word.toLowerCase());
  switch (command) {
    case "quit":
    case "help":
      return { kind: command };
    case "timer":
      return timerIn(rest);
    case "file":
      return rest === ""
        ? { kind: "fault", message: "/file needs more: /file PATH" }
        : { kind: "file", path: rest };
    case "save": {
      const { number, text: path } = numberedIn(rest);
      return { kind: "save", number, path };
    }
    case undefined:
      return unknown(word);
    default:
      return changeIn(command, rest);
  }
}

function changeIn(kind: "reply" | "edit" | "react" | "delete", rest: string): ChatOrder {
  const { number, text } = numberedIn(rest);
  if (kind === "delete") {
    return text === ""
      ? { kind, number, text }
      : { kind: "fault", message: "Say /delete, or /delete #N with the number of the message." };
  }
  if (text !== "") return { kind, number, text: kind === "react" && text === "-" ? "" : text };
  const what = kind === "react" ? "EMOJI" : "TEXT";
  return { kind: "fault", message: `/${kind} needs more: /${kind} [#N] ${what}` };
}

function numberedIn(rest: string): { number: number | null; text: string } {
  const [, digits, text = ""] = /^(?:#(\d{1,6})(?:\s+|$))?(.*)$/su.exec(rest) ?? [];
  return { number: digits === undefined ? null : Number(digits), text };
}

function timerIn(rest: string): ChatOrder {
  const seconds = lifetimeIn(rest);
  if (seconds !== null) return { kind: "timer", seconds };
  return { kind: "fault", message: `/timer takes a time: ${DURATION_FORM}.` };
}

function unknown(word: string): ChatOrder {
  const meant = nearest(word, COMMANDS);
  const hint = meant === null ? "/help lists the commands" : `Did you mean /${meant}?`;
  return { kind: "fault", message: `There is no command /${word}. ${hint}` };
}

/** For the line that says what holds. */
export function timerText(seconds: number): string | null {
  return seconds === 0 ? null : `Messages disappear ${durationText(seconds)} after they are read.`;
}
