// Being in a room: an event for each change, message and person, until it is over; at a terminal, lines are said. Whoever
// steps aside goes on in the pair room, and comes back.
import {
  type Acquaint,
  type Invitation,
  type JoinedRoom,
  type Pair,
  ProblemError,
} from "../shared/client/node.ts";
import type { Context } from "./command.ts";
import { EXIT } from "./errors.ts";
import type { LineConsole } from "./lineConsole.ts";
import { printable, shortened } from "./printable.ts";
import { enteredEvent, stayEvent } from "./roomEvents.ts";
import { type RoomOrder, roomOrderIn, ROOM_ORDERS_HELP } from "./roomOrders.ts";
import { choosePerson, othersIn } from "./roomPeople.ts";

const TITLE_MAX_CHARS = 20;
/** Ends that nobody else has brought about, or that pair rooms come to. */
const PEACEFUL: readonly string[] = ["left", "over", "closed"];

export class RoomStay {
  readonly #context: Context;
  readonly #client: Acquaint;
  /** The room, and the pair room that one has stepped aside into. */
  readonly #rooms: JoinedRoom[] = [];
  #console: LineConsole | null = null;
  #end: (exitCode: number) => void = () => {};

  constructor(context: Context, client: Acquaint) {
    this.#context = context;
    this.#client = client;
  }

  /** Until it is over, or whoever types has left. @returns the exit code */
  async follow(room: JoinedRoom): Promise<number> {
    const ended = new Promise<number>((resolve) => (this.#end = resolve));
    this.#context.interruption.undoBy(() => this.#done());
    this.#enter(room);
    if (process.stdin.isTTY && !this.#context.present.json) void this.#listen();
    try {
      return await ended;
    } finally {
      this.#console?.close();
      await this.#done();
      this.#context.interruption.undoBy(null);
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
      const event = stayEvent(room, change);
      if (event !== null) present.show(event);
      if (change.event === "over") this.#over(room);
      this.#prompt();
    });
    if (room.state === "in") present.show(enteredEvent(room));
    else present.show({ event: "roomState", roomId: room.roomId, title: "", state: room.state });
    for (const invitation of room.invitations) this.#tellInvitation(room, invitation);
  }

  #tellInvitation(room: JoinedRoom, invitation: Invitation): void {
    const event = stayEvent(room, { event: "invitation", invitation });
    if (event !== null) this.#context.present.show(event);
  }

  #over(room: JoinedRoom): void {
    this.#rooms.splice(this.#rooms.indexOf(room), 1);
    if (this.#rooms.length > 0) return;
    const { end } = room;
    const isPeaceful = end?.kind === "left" && PEACEFUL.includes(end.leaving);
    this.#end(isPeaceful ? EXIT.success : EXIT.failed);
  }

  async #done(): Promise<void> {
    await Promise.allSettled(this.#rooms.splice(0).map((room) => room.done()));
  }

  async #listen(): Promise<void> {
    const console = this.#context.openConsole();
    this.#console = console;
    this.#prompt();
    this.#context.present.remark("Each line is said. /help lists the commands; Ctrl-D leaves.");
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
    const { present } = this.#context;
    if (room === undefined) return;
    switch (order.kind) {
      case "say":
        await room.say(order.text);
        return;
      case "who":
        return present.show(enteredEvent(room));
      case "invite":
        await room.invite(choosePerson(order.who, othersIn(room)).userId);
        return this.#awaitPair(room);
      case "accept":
        return this.#accept(room);
      case "decline":
        return room.decline(this.#asked(room).invitationId);
      case "contact": {
        const { userId, handle } = choosePerson(order.who, othersIn(room));
        const asked = await this.#client.rooms.ask(room.roomId, userId);
        return present.show({ event: "contactAsked", handle, ...asked });
      }
      case "leave":
        await room.leave();
        return;
      case "help":
        for (const line of ROOM_ORDERS_HELP.split("\n")) present.remark(line);
        return;
      case "fault":
        return present.remark(order.message);
      case "nothing":
    }
  }

  async #accept(room: JoinedRoom): Promise<void> {
    await this.#goAside(await room.accept(this.#asked(room).invitationId));
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

  async #goAside({ roomId }: Pair): Promise<void> {
    const name = this.#room?.me?.name;
    this.#enter(await this.#client.rooms.join(roomId, name === undefined ? {} : { name }));
    this.#prompt();
  }

  #asked(room: JoinedRoom): Invitation {
    const asked = room.invitations.find(({ to }) => to === room.me?.userId);
    if (asked === undefined) throw new ProblemError("invitation-over");
    return asked;
  }

  #tellFault(error: unknown): void {
    if (!(error instanceof Error)) throw error;
    this.#context.present.remark(error.message);
  }
}
