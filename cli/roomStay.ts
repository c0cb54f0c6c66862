// Being in a room: an event for each change, message and person, until it is over; at a terminal, lines are said. Whoever
// steps aside goes on in the pair room, and comes back.
import type { Acquaint, Invitation, JoinedRoom, Leaving, Pair } from "../shared/client/node.ts";
import type { Context } from "./command.ts";
import { EXIT } from "./errors.ts";
import { asCliError } from "./failures.ts";
import type { LineConsole } from "./lineConsole.ts";
import { printable, shortened } from "./printable.ts";
import { RoomCircle } from "./roomCircle.ts";
import { RoomDesk } from "./roomDesk.ts";
import { enteredEvent, stayEvent } from "./roomEvents.ts";
import { type RoomOrder, roomOrderIn } from "./roomOrders.ts";
import { choosePerson, othersIn } from "./roomPeople.ts";
import { reportPerson } from "./roomReporting.ts";

const TITLE_MAX_CHARS = 20;
/** Ends that nobody else has brought about, or that pair rooms come to. */
const PEACEFUL: readonly Leaving[] = ["left", "over", "closed"];

export class RoomStay {
  readonly #context: Context;
  readonly #client: Acquaint;
  readonly #circle: RoomCircle;
  readonly #desk: RoomDesk;
  /** The room, and the pair room that one has stepped aside into. */
  readonly #rooms: JoinedRoom[] = [];
  #console: LineConsole | null = null;
  #end: (exitCode: number) => void = () => {};

  constructor(context: Context, client: Acquaint) {
    const { present } = context;
    this.#context = context;
    this.#client = client;
    this.#circle = new RoomCircle(client, present);
    this.#desk = new RoomDesk(client, present, this.#circle);
  }

  /** Goes in, until it is over or whoever types has left. @returns the exit code */
  async follow(join: () => Promise<JoinedRoom>): Promise<number> {
    const ended = new Promise<number>((resolve) => (this.#end = resolve));
    const { interruption } = this.#context;
    interruption.undoBy(() => this.#done());
    try {
      await this.#circle.open();
      this.#enter(await join());
      return await ended;
    } finally {
      this.#circle.close();
      this.#console?.close();
      await this.#done();
      interruption.undoBy(null);
    }
  }

  get #room(): JoinedRoom | undefined {
    return this.#rooms.at(-1);
  }

  /** Tells of it from now on. */
  #enter(room: JoinedRoom): void {
    const { present } = this.#context;
    this.#rooms.push(room);
    room.on((change) => {
      const event = stayEvent(room, change, this.#circle);
      if (event !== null) present.show(event);
      if (change.event === "left") this.#desk.noteLeft(room, change.member);
      if (change.event === "entered") this.#listen();
      if (change.event === "over") this.#over(room);
      this.#prompt();
    });
    const { roomId, state, end } = room;
    if (state === "over") {
      // It was over before one could listen.
      const event = end === null ? null : stayEvent(room, { event: "over", end });
      if (event !== null) present.show(event);
      return this.#over(room);
    }
    if (state !== "in") {
      return present.show({ event: "roomState", roomId, title: room.room?.title ?? "", state });
    }
    present.show(enteredEvent(room, this.#circle));
    for (const invitation of room.invitations) this.#tellInvitation(room, invitation);
    this.#listen();
  }

  #tellInvitation(room: JoinedRoom, invitation: Invitation): void {
    const event = stayEvent(room, { event: "invitation", invitation });
    if (event !== null) this.#context.present.show(event);
  }

  #over(room: JoinedRoom): void {
    const at = this.#rooms.indexOf(room);
    if (at >= 0) this.#rooms.splice(at, 1);
    if (this.#rooms.length > 0) return;
    const { end } = room;
    const isPeaceful = end?.kind === "left" && PEACEFUL.includes(end.leaving);
    this.#end(isPeaceful ? EXIT.success : EXIT.failed);
  }

  async #done(): Promise<void> {
    const [room] = this.#rooms;
    if (room?.room) this.#context.present.remark(`You have gone from “${room.room.title}”.`);
    await Promise.allSettled(this.#rooms.splice(0).map((one) => one.done()));
  }

  /** Once one is in: before that there is nothing to say. */
  #listen(): void {
    const { present, openConsole } = this.#context;
    if (this.#console !== null || !process.stdin.isTTY || present.json) return;
    const console = openConsole();
    this.#console = console;
    present.takesOrders();
    this.#prompt();
    present.remark("Each line is said. /help lists the commands; Ctrl-D leaves.");
    void this.#obey(console);
  }

  async #obey(console: LineConsole): Promise<void> {
    for await (const line of console.lines) {
      await this.#do(roomOrderIn(line)).catch((error: unknown) => this.#tellFault(error));
    }
    this.#end(EXIT.success);
  }

  #prompt(): void {
    const room = this.#room;
    if (this.#console === null || room === undefined) return;
    const title = shortened(printable(room.room?.title ?? ""), TITLE_MAX_CHARS);
    this.#console.prompt(room.room?.kind === "pair" ? `aside, ${title} > ` : `${title} > `);
  }

  async #do(order: RoomOrder): Promise<void> {
    const room = this.#room;
    const [first] = this.#rooms;
    if (room === undefined || first === undefined) return;
    switch (order.kind) {
      case "say":
        await room.say(order.text);
        return;
      case "who":
        return this.#desk.who(room);
      case "invite":
        await room.invite(choosePerson(order.who, othersIn(room)).userId);
        return this.#awaitPair(room);
      case "accept": {
        const { invitationId } = this.#desk.invitation(room, "accept", order.who);
        return this.#goAside(await room.accept(invitationId));
      }
      case "decline":
        return room.decline(this.#desk.invitation(room, "decline", order.who).invitationId);
      case "approve":
      case "refuse":
        return this.#desk.answer(room, order.kind, order.who);
      case "contact":
        return this.#desk.contact(room, order.who);
      case "report": {
        const { who, reason } = order;
        const reported = await reportPerson(this.#client, room, who, { reason });
        return this.#context.present.show(reported);
      }
      case "admit":
      case "deny":
      case "remove":
      case "ban":
        return this.#desk.care(first, order.kind, order.who);
      case "lock":
      case "unlock":
        return this.#desk.lock(first, order.kind === "lock");
      case "leave":
        await room.leave();
        return;
      case "help":
        return this.#desk.help(first);
      case "fault":
        return this.#context.present.remark(order.message);
      case "nothing":
    }
  }

  /** Once the other has said yes, one goes aside. */
  #awaitPair(room: JoinedRoom): void {
    const off = room.on((change) => {
      if (change.event !== "invitationOver" || change.invitation.from !== room.me?.userId) return;
      off();
      if (change.pair === null) return;
      this.#goAside(change.pair).catch((error: unknown) => this.#tellFault(error));
    });
  }

  async #goAside(pair: Pair): Promise<void> {
    this.#enter(await joinAside(this.#client, this.#room, pair));
    this.#prompt();
  }

  #tellFault(error: unknown): void {
    const { message, hint } = asCliError(error, this.#context.server);
    this.#context.present.remark(hint === null ? message : `${message} ${hint}`);
  }
}

/** Goes into the pair room, by the name that one has in the room. */
export function joinAside(
  client: Acquaint,
  room: JoinedRoom | undefined,
  { roomId }: Pair,
): Promise<JoinedRoom> {
  const name = room?.me?.name;
  return client.rooms.join(roomId, name === undefined ? {} : { name });
}
