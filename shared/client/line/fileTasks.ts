// Does what is to be done with files, for the tab or process that holds the line: uploads them, takes them back,
// clears away what is no more. Each step is stored before the next, so that it can end anywhere.

import type { FileContent } from "../../core/line/content.ts";
import { isAwaitingBlob, type MessageRecord } from "../../core/line/messageRecord.ts";
import { type Problem, problem, ProblemError } from "../../wire/problem.ts";
import { Blobs } from "../blobs/blobs.ts";
import { FileError, type FileSource } from "../blobs/transfer.ts";
import { within } from "../ports.ts";
import type { FileVault } from "../store/fileVault.ts";
import type { Change } from "../store/store.ts";
import { ConversationWork } from "./conversationWork.ts";
import type { FileDesk } from "./fileDesk.ts";
import { doneWith, FILE_TASKS, type FileTask, toDo, type UploadTask } from "./fileTask.ts";
import { kept } from "./outbox.ts";

/** Files that are uploaded at a time; the others wait for their turn. */
const AT_ONCE = 2;
const SETTLE_MS = 2_000;

type TaskOf<Kind extends FileTask["kind"]> = Extract<FileTask, { kind: Kind }>;

interface Running {
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

export class FileTasks {
  readonly #desk: FileDesk;
  readonly #blobs: Blobs;
  readonly #uploads = new Map<string, Running>();
  readonly #cleanings = new Map<string, Promise<void>>();
  #isStopped = false;

  constructor(desk: FileDesk) {
    this.#desk = desk;
    this.#blobs = new Blobs(desk.context.device, desk.context.ports);
  }

  /** All that are kept now. */
  async take(tasks: readonly FileTask[]): Promise<void> {
    const isOf = <Kind extends FileTask["kind"]>(...kinds: Kind[]) => {
      return (task: FileTask): task is TaskOf<Kind> => (kinds as string[]).includes(task.kind);
    };
    for (const task of tasks.filter(isOf("copy"))) await this.#clearCopy(task);
    for (const task of tasks.filter(isOf("cancel"))) await this.#cancel(task);
    for (const task of tasks.filter(isOf("again"))) await this.#again(task);
    const { store } = this.#desk.context;
    const left = await store.range<FileTask>(FILE_TASKS, { prefix: "" });
    for (const task of left.filter(isOf("upload"))) await this.#begin(task);
    for (const task of left.filter(isOf("gone"))) this.#clean(task);
  }

  /** What is under way is begun again by whoever holds the line next. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    const running = [...this.#uploads.values()];
    for (const { abort } of running) abort.abort();
    const all = [...running.map(({ done }) => done), ...this.#cleanings.values()];
    await within(this.#desk.context.ports, SETTLE_MS, Promise.allSettled(all));
  }

  /** Whoever has made a copy and is gone has left it to nobody. */
  async #clearCopy(task: TaskOf<"copy">): Promise<void> {
    const { store } = this.#desk.context;
    const release = await store.hold(fileName(task.id));
    if (release === null) return;
    try {
      // It may have been finished just now.
      if ((await store.get(FILE_TASKS, `copy.${task.id}`)) === null) return;
      await store.files.delete(task.id);
      await this.#keep(doneWith(task));
    } finally {
      release();
    }
  }

  /** Nobody has heard of it, or it is deleted for both. */
  async #cancel(wish: TaskOf<"cancel">): Promise<void> {
    const { context } = this.#desk;
    const { id, to, key } = wish;
    const running = this.#uploads.get(id);
    running?.abort.abort();
    await running?.done;
    const upload = await this.#uploadOf(id);
    if (upload === null) {
      const record = await context.store.get<MessageRecord>("messages", id);
      if (record === null || record.isDeleted) return this.#keep(doneWith(wish));
      const content = { kind: "delete", at: context.ports.now(), of: record.id } as const;
      const entry = await context.outbox.makeSubmission({ to, content });
      await this.#keep(doneWith(wish), kept(entry));
      return this.#desk.submit();
    }
    await context.alone(async () => {
      const work = this.#conversations();
      await work.withdraw(to, key);
      const blobId = upload.state?.blobId ?? null;
      const gone: FileTask = { kind: "gone", id, blobId };
      await context.keep(work, [doneWith(wish), doneWith(upload), toDo(gone)]);
    });
  }

  async #again(wish: TaskOf<"again">): Promise<void> {
    const { context } = this.#desk;
    const upload = await this.#uploadOf(wish.id);
    await context.alone(async () => {
      const work = this.#conversations();
      const changes = [doneWith(wish)];
      if (upload !== null) {
        await work.setDelivery(wish.to, wish.key, "uploading");
        changes.push(toDo({ ...upload, problem: null }));
      }
      await context.keep(work, changes);
    });
  }

  async #begin(task: UploadTask): Promise<void> {
    if (this.#isStopped || this.#uploads.has(task.id)) return;
    const record = await this.#shown(task);
    if (record === null || task.problem !== null || this.#uploads.size >= AT_ONCE) return;
    const abort = new AbortController();
    const done = this.#upload(task, record, abort.signal).then(
      () => {
        this.#uploads.delete(task.id);
        if (!this.#isStopped) void this.#desk.look(); // the next one may begin
      },
      (fault: unknown) => {
        this.#uploads.delete(task.id); // for the next regular look
        tellFault(fault);
      },
    );
    this.#uploads.set(task.id, { abort, done });
  }

  /** Puts it into its conversation, if it is not there. Null for one that was deleted meanwhile. */
  async #shown(task: UploadTask): Promise<MessageRecord | null> {
    const { context } = this.#desk;
    const { id, to, key, draft, state } = task;
    return context.alone(async () => {
      const work = this.#conversations();
      const known = await work.record(to, key);
      if (known !== null && known.kind !== "awaited" && !isAwaitingBlob(known)) {
        const isGone = known.file === undefined;
        const gone: FileTask = { kind: "gone", id, blobId: state?.blobId ?? null };
        await context.keep(work, [doneWith(task), ...(isGone ? [toDo(gone)] : [])]);
        return null;
      }
      if (known === null || known.kind === "awaited") {
        await work.apply(to, "me", draft, "uploading");
        await context.keep(work, []);
      }
      return work.record(to, key);
    });
  }

  async #upload(task: UploadTask, record: MessageRecord, signal: AbortSignal): Promise<void> {
    const { store } = this.#desk.context;
    const source = vaultSource(store.files, task.id, task.draft.size);
    try {
      const blob = await this.#blobs.upload(source, {
        resume: task.state,
        signal,
        onState: async (state) => {
          if (signal.aborted) throw new FileError("cancelled");
          await this.#keep(toDo({ ...task, state }));
        },
        onProgress: (progress) => this.#desk.transferred(record, progress),
      });
      if (signal.aborted) return;
      await this.#send(task, { ...contentOf(task), blob });
    } catch (error) {
      const reason = signal.aborted ? null : refusalIn(error);
      if (reason !== null) await this.#refuse(task, reason);
      else if (!signal.aborted) throw error;
    } finally {
      this.#desk.transferred(record, null);
    }
  }

  /** From here on it goes as a text does. */
  async #send(task: UploadTask, content: FileContent): Promise<void> {
    const { to, key } = task;
    const entry = await this.#desk.context.outbox.makeSubmission({ to, content, message: key });
    await this.#keep(doneWith(task), kept(entry));
    await this.#desk.submit();
  }

  async #refuse(task: UploadTask, reason: Problem): Promise<void> {
    const { context } = this.#desk;
    const { to, key, id } = task;
    const latest = (await this.#uploadOf(id)) ?? task;
    await context.alone(async () => {
      const work = this.#conversations();
      await work.setDelivery(to, key, "refused", reason.code);
      await context.keep(work, [toDo({ ...latest, problem: reason })]);
    });
    context.tell({ event: "refused", userId: to, message: key, problem: reason });
  }

  #clean(task: TaskOf<"gone">): void {
    if (this.#isStopped || this.#cleanings.has(task.id)) return;
    const { store } = this.#desk.context;
    const cleaning = (async () => {
      await store.files.delete(task.id);
      if (task.blobId !== null) await this.#blobs.delete(task.blobId);
      await this.#keep(doneWith(task));
    })();
    const settled = cleaning.catch(() => {}); // without a connection, the next time
    this.#cleanings.set(
      task.id,
      settled.finally(() => this.#cleanings.delete(task.id)),
    );
  }

  async #uploadOf(id: string): Promise<UploadTask | null> {
    return this.#desk.context.store.get<UploadTask>(FILE_TASKS, `upload.${id}`);
  }

  /** As long as this one holds the line. */
  #keep(...changes: Change[]): Promise<void> {
    const { context } = this.#desk;
    return context.alone(() => context.apply(changes));
  }

  #conversations(): ConversationWork {
    const { store, ports } = this.#desk.context;
    return new ConversationWork(store, ports.now());
  }
}

/** Held by whoever writes the bytes of a file. */
export function fileName(id: string): string {
  return `file ${id}`;
}

export function vaultSource(vault: FileVault, id: string, size: number): FileSource {
  return { size, read: (offset, length) => vault.read(id, offset, length) };
}

function contentOf({ draft }: UploadTask): Omit<FileContent, "blob"> {
  const { size: _size, blob: _blob, ...content } = draft;
  return content;
}

/** Null for what is not for its author to hear. */
function refusalIn(error: unknown): Problem | null {
  if (error instanceof ProblemError) return error.problem;
  if (!(error instanceof FileError)) return null;
  return problem("malformed-request", { detail: error.message });
}

/** As in the courier: it must not stay unseen, and passes to whoever watches over the program. */
function tellFault(fault: unknown): void {
  if ([TypeError, RangeError, SyntaxError].some((kind) => fault instanceof kind))
    queueMicrotask(() => {
      throw fault;
    });
}
