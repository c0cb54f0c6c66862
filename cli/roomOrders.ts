// What a line means that is typed in a room: something to say, or a command after a slash.
import { REPORT_REASONS, type ReportReason } from "../shared/client/node.ts";
import { nearest } from "./nearest.ts";

const ABOUT_SOMEBODY = ["invite", "contact", "admit", "deny", "remove", "ban"] as const;
const ANSWERS = ["accept", "decline", "approve", "refuse"] as const;
const ALONE = ["who", "lock", "unlock", "leave", "help"] as const;

export type RoomOrder =
  | { readonly kind: "say"; readonly text: string }
  | { readonly kind: (typeof ABOUT_SOMEBODY)[number]; readonly who: string }
  /** `who` is empty where only one has asked. */
  | { readonly kind: (typeof ANSWERS)[number]; readonly who: string }
  | { readonly kind: "report"; readonly who: string; readonly reason: ReportReason }
  | { readonly kind: (typeof ALONE)[number] | "nothing" }
  | { readonly kind: "fault"; readonly message: string };

export const ROOM_ORDERS_HELP = `/who                who is here, with their ids, and who has left
/invite WHO         ask somebody to step aside with you, just the two
/accept [WHO]       step aside with who has asked you; or /decline [WHO]
/contact WHO        ask somebody to become a contact
/approve [WHO]      become a contact of who asks you to; or /refuse [WHO]
/report WHO REASON  report somebody, who may have left, with the last they have said
/leave              leave the pair room, or else the room; Ctrl-D and Ctrl-C do, too
//text              says a line that begins with a slash`;

export const ROOM_CARE_HELP = `/admit WHO          let in who waits; or /deny WHO
/remove WHO         take somebody out; or /ban WHO, who may have left
/lock, /unlock      nobody else comes in; people come in again
More, in another terminal: acquaint room moderate, room set, room reports, room close`;

export function roomOrderIn(line: string): RoomOrder {
  const text = line.trim();
  if (text === "") return { kind: "nothing" };
  if (!text.startsWith("/")) return { kind: "say", text };
  if (text.startsWith("//")) return { kind: "say", text: text.slice(1) };
  const [word = "", ...rest] = text.slice(1).split(/\s+/);
  if (word === "report") return reportIn(rest);
  const who = rest.join(" ");
  const asked = ABOUT_SOMEBODY.find((one) => one === word);
  if (asked !== undefined) {
    if (who === "") return { kind: "fault", message: `Whom? /${word} WHO` };
    return { kind: asked, who };
  }
  const answer = ANSWERS.find((one) => one === word);
  if (answer !== undefined) return { kind: answer, who };
  const kind = ALONE.find((one) => one === word);
  if (kind !== undefined) return { kind };
  const meant = nearest(word, [...ABOUT_SOMEBODY, ...ANSWERS, ...ALONE, "report"]);
  const hint = meant === null ? "/help lists the commands." : `Did you mean /${meant}?`;
  return { kind: "fault", message: `There is no command /${word}. ${hint}` };
}

/** The last word is the reason. */
function reportIn(words: readonly string[]): RoomOrder {
  const who = words.slice(0, -1).join(" ");
  const reason = REPORT_REASONS.find((one) => one === words.at(-1));
  if (who === "" || reason === undefined) {
    const message = `Whom, and for what? /report WHO (${REPORT_REASONS.join("|")})`;
    return { kind: "fault", message };
  }
  return { kind: "report", who, reason };
}
