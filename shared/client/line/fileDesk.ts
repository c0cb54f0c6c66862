// Where work on files is left, and heard of: done by the tab or process that holds the line, told to the others by
// signals. Small, since every account opens with it; who does the work is loaded when there is some.

import { type MessageKey, type MessageRecord, keyOf } from "../../core/line/messageRecord.ts";
import type { UserId } from "../../wire/ids.ts";
import { fetched } from "../connectionError.ts";
import type { FileProgress } from "../blobs/transfer.ts";
import { messageIdOf, messageId } from "./conversationWork.ts";
import { FILE_TASKS, type FileTask, toDo } from "./fileTask.ts";
import type { FileTasks } from "./fileTasks.ts";
import type { LineContext } from "./lineContext.ts";

const LOOK_AGAIN_MS = 30_000;
const TELL_AGAIN_MS = 250;
const TASKS_SIGNAL = "files";
const PROGRESS_SIGNAL = "file ";

export class FileDesk {
  readonly context: LineContext;
  /** Puts what was submitted to the outbox into conversations. */
  readonly submit: () => Promise<void>;
  /** Holds a line to the mailbox. */
  connect: () => void = () => {};
  /** By the ids of messages, of transfers that are under way. */
  readonly progress = new Map<string, FileProgress>();
  readonly #toldAt = new Map<string, number>();
  #tasks: FileTasks | null = null;
  #looking: Promise<void> | null = null;
  #isHeld = false;
  #stopTimer: () => void = () => {};

  constructor(context: LineContext, submit: () => Promise<void>) {
    this.context = context;
    this.submit = submit;
  }

  /** From now on the work is this one's. */
  hold(): void {
    this.#isHeld = true;
    this.#lookRegularly();
  }

  async release(): Promise<void> {
    this.#isHeld = false;
    this.#stopTimer();
    const [tasks, looking] = [this.#tasks, this.#looking];
    this.#tasks = null;
    await tasks?.stop();
    await looking?.catch(() => {});
  }

  /** There is something to do; resolves once it has begun, where this one does it. */
  async look(): Promise<void> {
    if (!this.#isHeld) return this.context.store.signal(TASKS_SIGNAL);
    // What came after the look that is under way began may have been missed by it.
    const before = this.#looking ?? Promise.resolve();
    const looking = before.catch(() => {}).then(() => this.#look());
    this.#looking = looking;
    await looking.catch(() => {}); // the next time comes
  }

  /** Durable once resolved. */
  async wish(kind: "cancel" | "again", { peer, author, id }: MessageRecord): Promise<void> {
    if (author !== "me") return;
    this.connect();
    const key: MessageKey = `me/${id}`;
    const task: FileTask = { kind, id: messageId(peer, key), to: peer, key };
    await this.context.store.apply([toDo(task)]);
    await this.look();
  }

  /** A signal of another tab or process. */
  heard(name: string): void {
    if (name === TASKS_SIGNAL && this.#isHeld) void this.look();
    if (!name.startsWith(PROGRESS_SIGNAL)) return;
    const [userId, key, done, total] = name.slice(PROGRESS_SIGNAL.length).split(" ");
    const progress = total === undefined ? null : { done: Number(done), total: Number(total) };
    const known = this.progress.get(messageId(userId as UserId, key as MessageKey));
    // Some stores let one hear one's own signals.
    if (known?.done === progress?.done) return;
    this.#take(userId as UserId, key as MessageKey, progress);
  }

  /** Told a few times a second, and at the end: null. */
  transferred(message: MessageRecord, progress: FileProgress | null): void {
    const id = messageIdOf(message);
    const now = this.context.ports.now();
    const isSoon = now - (this.#toldAt.get(id) ?? -Infinity) < TELL_AGAIN_MS;
    if (progress !== null && isSoon && progress.done < progress.total) {
      this.progress.set(id, progress);
      return;
    }
    if (progress === null) this.#toldAt.delete(id);
    else this.#toldAt.set(id, now);
    const key = keyOf(message);
    this.#take(message.peer, key, progress);
    const numbers = progress === null ? "" : ` ${progress.done} ${progress.total}`;
    this.context.store.signal(`${PROGRESS_SIGNAL}${message.peer} ${key}${numbers}`);
  }

  #take(userId: UserId, message: MessageKey, progress: FileProgress | null): void {
    const id = messageId(userId, message);
    if (progress === null) this.progress.delete(id);
    else this.progress.set(id, progress);
    this.context.tell({ event: "file", userId, message, progress });
  }

  async #look(): Promise<void> {
    const tasks = await this.context.store.range<FileTask>(FILE_TASKS, { prefix: "" });
    if (tasks.length === 0 || !this.#isHeld) return;
    const module = await fetched(import("./fileTasks.ts"));
    if (!this.#isHeld) return;
    this.#tasks ??= new module.FileTasks(this);
    await this.#tasks.take(tasks);
  }

  #lookRegularly(): void {
    void this.look();
    this.#stopTimer = this.context.ports.after(LOOK_AGAIN_MS, () => this.#lookRegularly());
  }
}
