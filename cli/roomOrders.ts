// What a line means that is typed in a room: something to say, or a command after a slash.
import { nearest } from "./nearest.ts";

export type RoomOrder =
  | { readonly kind: "say"; readonly text: string }
  | { readonly kind: "invite" | "contact"; readonly who: string }
  | { readonly kind: "who" | "accept" | "decline" | "help" | "leave" | "nothing" }
  | { readonly kind: "fault"; readonly message: string };

const ORDERS = ["who", "invite", "accept", "decline", "contact", "leave", "help"];

export const ROOM_ORDERS_HELP = `/who                who is here
/invite WHO         ask somebody to step aside with you, just the two
/accept, /decline   answer such an invitation
/contact WHO        ask somebody to become a contact
/leave              leave the pair room, or else the room; Ctrl-D does, too
//text              says a line that begins with a slash`;

export function roomOrderIn(line: string): RoomOrder {
  const text = line.trim();
  if (text === "") return { kind: "nothing" };
  if (!text.startsWith("/")) return { kind: "say", text };
  if (text.startsWith("//")) return { kind: "say", text: text.slice(1) };
  const [word = "", ...rest] = text.slice(1).split(/\s+/);
  const who = rest.join(" ");
  switch (word) {
    case "invite":
    case "contact":
      if (who === "") return { kind: "fault", message: `Whom? /${word} WHO` };
      return { kind: word, who };
    case "who":
    case "accept":
    case "decline":
    case "leave":
    case "help":
      return { kind: word };
    default: {
      const meant = nearest(word, ORDERS);
      const hint = meant === null ? "/help lists the commands" : `Did you mean /${meant}?`;
      return { kind: "fault", message: `There is no command /${word}. ${hint}` };
    }
  }
}
