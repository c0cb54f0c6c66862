// What can be done about somebody in a room, after one more question: by anybody, and by those who look after the room.

import type { Member, Moderation, Role, RoomRecord } from "../../shared/client/index.ts";
import { notify } from "../announcements.ts";
import { problemText } from "../problems.ts";
import { session } from "../session.ts";
import type { RoomIconName } from "./RoomIcon.tsx";
import type { Stay } from "./stay.ts";

export interface PersonAct {
  readonly label: string;
  readonly icon: RoomIconName;
  readonly isDanger: boolean;
  /** The question, what comes of it, and its answer. */
  readonly title: string;
  readonly text: string;
  readonly yes: string;
  readonly work: () => Promise<void>;
}

interface About {
  readonly stay: Stay;
  readonly userId: string;
  readonly name: string;
  /** Null for who is not in the room now. */
  readonly member: Member | null;
  readonly me: Member | null;
}

export function personActs({ stay, userId, name, member, me }: About): readonly PersonAct[] {
  const called = stay.nameOf(userId) ?? undefined;
  const moderate = (act: Moderation["act"]) =>
    session.acquaint.rooms.moderate(stay.roomId, act, userId, called);
  const isOwner = me?.role === "owner";
  const role = member?.role ?? "member";
  const isBelow = isOwner || (me?.role === "moderator" && role === "member");
  const isRoom = stay.joined.room?.kind === "room";
  const acts: (PersonAct | false)[] = [
    isRoom &&
      isOwner &&
      member !== null &&
      role === "member" && {
        label: "Make a moderator",
        icon: "star",
        isDanger: false,
        title: `Make ${name} a moderator?`,
        text: "They can let people in, remove and ban members, lock the room and read its reports.",
        yes: "Make a moderator",
        work: () => moderate("appoint"),
      },
    isRoom &&
      isOwner &&
      role === "moderator" && {
        label: "Take moderation back",
        icon: "star",
        isDanger: false,
        title: `Take moderation back from ${name}?`,
        text: "They stay in the room, as a member.",
        yes: "Take back",
        work: () => moderate("dismiss"),
      },
    isRoom &&
      isBelow &&
      member !== null && {
        label: "Remove from the room",
        icon: "remove",
        isDanger: true,
        title: `Remove ${name}?`,
        text: removalText(role, stay.joined.room),
        yes: "Remove",
        work: async () => {
          await moderate("remove");
          notify(`${name} is removed.`);
        },
      },
    isRoom &&
      isBelow && {
        label: "Ban from the room",
        icon: "ban",
        isDanger: true,
        title: `Ban ${name}?`,
        text: "They are out at once, and cannot come in again until the ban is taken back.",
        yes: "Ban",
        work: async () => {
          await moderate("ban");
          const undo = () => {
            moderate("unban").then(
              () => notify(`${name} may come in again.`),
              (error: unknown) => notify(problemText(error)),
            );
          };
          notify(`${name} is banned.`, { label: "Undo", run: undo });
        },
      },
    {
      label: "Block",
      icon: "block",
      isDanger: true,
      title: `Block ${name}?`,
      text: "You no longer see or hear each other, here and everywhere else. They are not told. Under “You” it can be taken back.",
      yes: "Block",
      work: async () => {
        const { contacts } = session.acquaint;
        await contacts.block(userId, called);
        await session.readContacts();
        const undo = () => {
          contacts.unblock(userId).then(
            () => session.readContacts(),
            (error: unknown) => notify(problemText(error)),
          );
        };
        notify(`${name} is blocked.`, { label: "Undo", run: undo });
      },
    },
  ];
  return acts.filter((act) => act !== false);
}

/** How whoever is removed can come in again. */
function removalText(role: Role, room: RoomRecord | null): string {
  const out = `They are out at once${role === "moderator" ? ", no moderator any more" : ""}`;
  if (room?.isLocked) return `${out}, and cannot come in again while the room is locked.`;
  if (room?.admission === "link") return `${out}, and may come in again with the link.`;
  if (room?.admission === "approval") return `${out}, and have to be let in again.`;
  return `${out}, and may come in again.`;
}
