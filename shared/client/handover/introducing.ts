// Introduces this account to those who have become contacts by a touch or a request, and fetches the cards that they
// introduce themselves with. Each is said or taken once: it is done with in the write that keeps it.

import { toBase64Url } from "../../core/crypto/bytes.ts";
import { CARD_INLINE_MAX_BYTES } from "../../core/line/contentLimits.ts";
import type { IntroductionContent } from "../../core/line/introductionContent.ts";
import { downloadBytes, uploadBytes } from "../blobs/bytes.ts";
import type { Blobs } from "../blobs/blobs.ts";
import { CardBox } from "../cardBox.ts";
import { ownName } from "../profile.ts";
import { readCard } from "../receivedCard.ts";
import type { Change } from "../store/store.ts";
import { introduced } from "../taps/introductions.ts";
import { type Introduced, introducedId } from "../taps/witnessed.ts";
import type { HandoverDesk } from "./desk.ts";
import { type CardTask, doneWith, type IntroduceTask, toDo } from "./tasks.ts";

interface Carriage {
  readonly tries: number;
  readonly signal: AbortSignal;
}

export class Introducing {
  readonly #desk: HandoverDesk;
  readonly #blobs: Blobs;
  readonly #carriage: Carriage;
  readonly #keep: (...changes: Change[]) => Promise<void>;

  /** @param keep throws once the work is stopped */
  constructor(
    desk: HandoverDesk,
    blobs: Blobs,
    carriage: Carriage,
    keep: (...changes: Change[]) => Promise<void>,
  ) {
    this.#desk = desk;
    this.#blobs = blobs;
    this.#carriage = carriage;
    this.#keep = keep;
  }

  /** The name as it is by now, with the chosen card. */
  async introduce(task: IntroduceTask): Promise<true> {
    const { store, ports, contacts } = this.#desk.context;
    if ((await contacts.get(task.to)) === null) return this.#done(task);
    const bytes = (await new CardBox(store).bytesFor(undefined)) as Uint8Array<ArrayBuffer>;
    const { name } = await ownName(store);
    const content: IntroductionContent = {
      kind: "introduction",
      at: ports.now(),
      name: name.toWellFormed(), // its limit may have cut a character in two
      ...(await this.#said(bytes, task)),
    };
    await this.#keep(); // not once it is stopped
    await this.#desk.carrier.submitWith([{ to: task.to, content }], [doneWith(task)], {
      inTurn: true,
    });
    return true;
  }

  /** One that has come with a later introduction counts more. */
  async takeCard(task: CardTask): Promise<true> {
    const { context } = this.#desk;
    const bytes = await downloadBytes(this.#blobs, task.blob, this.#carriage);
    const id = introducedId(task.userId);
    const known = await context.store.get<Introduced>("settings", id);
    if (known?.at !== task.at) return this.#done(task);
    await this.#keep(introduced({ ...known, ...readCard(bytes) }), doneWith(task));
    context.tell({ event: "contacts" });
    return true;
  }

  async #said(bytes: Uint8Array<ArrayBuffer>, task: IntroduceTask) {
    if (bytes.length === 0) return {};
    if (bytes.length <= CARD_INLINE_MAX_BYTES) return { card: toBase64Url(bytes) };
    const onBegun = (begunBlob: string) => this.#keep(toDo({ ...task, begunBlob }));
    const { begunBlob } = task;
    return { blob: await uploadBytes(this.#blobs, bytes, begunBlob, onBegun, this.#carriage) };
  }

  async #done(task: IntroduceTask | CardTask): Promise<true> {
    await this.#keep(doneWith(task));
    return true;
  }
}
