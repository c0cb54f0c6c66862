// A server that keeps sealed blobs as the real one does, in memory, beside the envelopes; and people who send files.

import { createHash } from "node:crypto";
import type { MessageRecord } from "../../../shared/core/line/messageRecord.ts";
import type { FileSource, Store } from "../../../shared/client/node.ts";
import { chunkCount, sealedChunkLength, UPLOAD_TOKEN_HEADER } from "../../../shared/wire/blobs.ts";
import type { UserId } from "../../../shared/wire/ids.ts";
import type { ProblemCode } from "../../../shared/wire/problem.ts";
import { refusal } from "../world.ts";
import { eventually, LineServer, openTwo, type Person } from "./lineWorld.ts";

const MEGABYTE = 1024 * 1024;

interface KeptBlob {
  readonly owner: UserId;
  readonly size: number;
  readonly chunks: Map<number, Uint8Array>;
}

type Verdict = ProblemCode | "lost" | null;

export class FileServer extends LineServer {
  readonly blobs = new Map<string, KeptBlob>();
  /** Each call, as `PUT 3` for a chunk and `POST` and the like for the rest. */
  readonly asked: string[] = [];
  /** Stands before the answer; `lost` does as it is told and never answers. */
  blobVerdict: (what: string) => Verdict = () => null;
  /** What is read instead of a chunk. */
  tamperChunk: (index: number, sealed: Uint8Array, blob: KeptBlob) => Uint8Array | undefined = (
    _,
    sealed,
  ) => sealed;
  token = "token 1";
  #made = 0;
  underWay = 0;
  mostUnderWay = 0;

  override async fetch(userId: UserId | null, url: string, init: RequestInit): Promise<Response> {
    const [, , what, blobId = "", rest = ""] = new URL(url).pathname.split("/");
    if (what !== "blobs" || userId === null) return super.fetch(userId, url, init);
    const { method = "GET" } = init;
    const name = `${method} ${rest}`.trim();
    this.asked.push(name);
    this.underWay += 1;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
    await new Promise((resolve) => setImmediate(resolve));
    this.underWay -= 1;
    const verdict = this.blobVerdict(name);
    if (verdict !== null && verdict !== "lost") return refusal(verdict);
    const answer = this.#answer(userId, method, blobId, rest, init);
    if (verdict === "lost") throw new TypeError("connection lost");
    return answer;
  }

  #answer(
    userId: UserId,
    method: string,
    blobId: string,
    rest: string,
    { body, headers }: RequestInit,
  ): Response {
    const times = {
      expiresAt: 0,
      token: this.token,
      tokenExpiresAt: this.world.clock.now() + 86_400_000,
    };
    if (method === "POST" && blobId === "") {
      const id = Buffer.alloc(16, ++this.#made).toString("base64url");
      const { size } = JSON.parse(body as string) as { size: number };
      this.blobs.set(id, { owner: userId, size, chunks: new Map() });
      return Response.json({ blobId: id, ...times }, { status: 201 });
    }
    const blob = this.blobs.get(blobId);
    if (blob === undefined) return refusal("blob-unknown");
    if (method === "POST") return Response.json({ blobId, ...times }, { status: 201 });
    if (method === "DELETE") {
      this.blobs.delete(blobId);
      return new Response(null, { status: 204 });
    }
    if (rest === "")
      return Response.json({ stored: [...blob.chunks.keys()].toSorted((a, b) => a - b) });
    const index = Number(rest);
    if (method === "PUT") {
      const sealed = body as Uint8Array;
      if ((headers as Record<string, string>)[UPLOAD_TOKEN_HEADER] !== this.token) {
        return refusal("upload-refused");
      }
      if (index >= chunkCount(blob.size) || sealed.length !== sealedChunkLength(blob.size, index)) {
        return refusal("malformed-request");
      }
      if (!blob.chunks.has(index)) blob.chunks.set(index, sealed.slice());
      return new Response(null, { status: 204 });
    }
    const kept = blob.chunks.get(index);
    const sealed = kept && this.tamperChunk(index, kept, blob);
    return sealed === undefined
      ? refusal("blob-unknown")
      : new Response(sealed as Uint8Array<ArrayBuffer>);
  }

  get puts(): string[] {
    return this.asked.filter((what) => what.startsWith("PUT"));
  }

  get gets(): string[] {
    return this.asked.filter((what) => /^GET \d/.test(what));
  }
}

/** Bytes that differ from place to place. */
export function someBytes(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = (i * 31 + (i >> 8) + (i >> 16)) & 0xff;
  return bytes;
}

export function fileOf(size: number, name = "holiday.jpg", type = "image/jpeg") {
  return { name, type, data: new Blob([someBytes(size)]) };
}

export const LARGE = 4 * MEGABYTE + 123;

export async function openFilePair(stores?: readonly [Store, Store]) {
  const server = new FileServer();
  const [a, b] = await openTwo(server, stores);
  return { server, a, b };
}

export async function lastOf(person: Person, peer: Person): Promise<MessageRecord | undefined> {
  return (await person.messages.page(peer.userId)).at(-1);
}

export async function filesOf(person: Person, peer: Person): Promise<MessageRecord[]> {
  const page = await person.messages.page(peer.userId, { limit: 1_000 });
  return page.filter(({ kind }) => kind === "file");
}

/** The message at the other end, once it has come; the clock goes on meanwhile. */
export async function arrivedAt(person: Person, peer: Person): Promise<MessageRecord> {
  await eventually(async () => {
    person.server.world.clock.advance(50);
    return (await filesOf(person, peer)).some(({ author }) => author === "peer");
  });
  return (await filesOf(person, peer)).findLast(({ author }) => author === "peer")!;
}

export async function digestOf(source: FileSource): Promise<string> {
  return digest(await source.read(0, source.size));
}

export function digestOfSome(size: number): string {
  return digest(someBytes(size));
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
