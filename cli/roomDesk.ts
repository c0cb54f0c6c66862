// What is done for a line that somebody types in a room: asking, answering, looking after the room. Saying and leaving is
// the stay's own.
import type { Acquaint, Invitation, JoinedRoom, Member } from "../shared/client/node.ts";
import type { ContactAnswer } from "./contactAnswers.ts";
import { CliError } from "./errors.ts";
import type { Presenter } from "./output.ts";
import type { RoomCircle } from "./roomCircle.ts";
import { enteredEvent } from "./roomEvents.ts";
import { ROOM_CARE_HELP, ROOM_ORDERS_HELP } from "./roomOrders.ts";
import { choosePerson, othersIn } from "./roomPeople.ts";
import { named } from "./roomLabels.ts";

/** So many of those who have left can still be named. */
const LEFT_MAX = 50;

type CareAct = "admit" | "deny" | "remove" | "ban";

export class RoomDesk {
  readonly #client: Acquaint;
  readonly #present: Presenter;
  readonly #circle: RoomCircle;
  /** Who has left which room, the latest last. */
  readonly #left = new Map<JoinedRoom, Member[]>();

  constructor(client: Acquaint, present: Presenter, circle: RoomCircle) {
    this.#client = client;
    this.#present = present;
    this.#circle = circle;
  }

  noteLeft(room: JoinedRoom, member: Member): void {
    this.#left.set(room, [...this.#gone(room, member.userId), member].slice(-LEFT_MAX));
  }

  who(room: JoinedRoom): void {
    this.#present.show(enteredEvent(room, this.#circle));
    const left = this.#gone(room);
    if (left.length === 0) return;
    this.#present.remark("Have left:");
    for (const { name, userId } of left) this.#present.remark(`  ${named(name)}  ${userId}`);
  }

  async contact(room: JoinedRoom, who: string): Promise<void> {
    const { userId } = choosePerson(who, othersIn(room));
    const asked = await this.#client.rooms.ask(room.roomId, userId);
    this.#present.show({ event: "contactAsked", ...asked });
  }

  /** To a request to become a contact. @param who empty where only one waits */
  answer(room: JoinedRoom, answer: ContactAnswer, who: string): Promise<void> {
    const isInvited = askingAside(room).length > 0;
    const aside =
      answer === "approve" ? "/accept steps aside" : "/decline says no to stepping aside";
    return this.#circle.answer(answer, who, isInvited ? `${aside} with who has asked that.` : "");
  }

  /** To step aside. @param who empty where only one has asked */
  invitation(room: JoinedRoom, answer: "accept" | "decline", who: string): Invitation {
    const other = answer === "accept" ? "/approve says yes" : "/refuse says no";
    const absent = `${other} to who asks to become a contact.`;
    return askedBy(room, who, `/${answer} WHO`, this.#circle.isAsked ? absent : "");
  }

  async care(room: JoinedRoom, act: CareAct, who: string): Promise<void> {
    const isWaiting = act === "admit" || act === "deny";
    const left = act === "ban" ? this.#gone(room) : [];
    const people = isWaiting ? room.knocking : [...othersIn(room), ...left];
    const { userId, name } = choosePerson(who, people);
    const { roomId } = room;
    await this.#client.rooms.moderate(roomId, act, userId, name);
    this.#present.show({ event: "roomModerated", roomId, act, userId, name });
  }

  async lock({ roomId }: JoinedRoom, isLocked: boolean): Promise<void> {
    await this.#client.rooms.arrange(roomId, { isLocked });
  }

  help(room: JoinedRoom): void {
    const isCarer = room.me !== null && room.me.role !== "member";
    const text = isCarer ? `${ROOM_ORDERS_HELP}\n${ROOM_CARE_HELP}` : ROOM_ORDERS_HELP;
    for (const line of text.split("\n")) this.#present.remark(line);
  }

  /** Those who have not come back since. */
  #gone(room: JoinedRoom, but?: string): Member[] {
    const here = new Set<string>(room.members.map(({ userId }) => userId));
    const all = this.#left.get(room) ?? [];
    return all.filter(({ userId }) => userId !== but && !here.has(userId));
  }
}

/**
 * The invitation that waits for this account; of that person, if several do.
 * @param absent what to do where there is none
 * @throws CliError
 */
export function askedBy(room: JoinedRoom, who: string, example: string, absent = ""): Invitation {
  const asked = askingAside(room);
  const from = (one: Invitation): Member[] =>
    room.members.filter(({ userId }) => userId === one.from);
  const chosen = who === "" || asked.length === 0 ? null : choosePerson(who, asked.flatMap(from));
  const fitting = asked.filter((one) => chosen === null || one.from === chosen.userId);
  const [only, other] = fitting;
  if (only === undefined) {
    const message = "Nobody has asked you to step aside, or it is over.";
    throw new CliError("no-invitation", message, absent === "" ? {} : { hint: absent });
  }
  if (other !== undefined) {
    const names = fitting.map((one) => named(from(one)[0]?.name ?? one.from)).join(", ");
    throw new CliError("invitation-ambiguous", `Several have asked you: ${names}.`, {
      hint: `Name one: ${example}`,
    });
  }
  return only;
}

function askingAside(room: JoinedRoom): readonly Invitation[] {
  return room.invitations.filter(({ to }) => to === room.me?.userId);
}
