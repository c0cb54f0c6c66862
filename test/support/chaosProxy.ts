// A network, or a server, that misbehaves on order: it stands between one client and the real server,
// sees every request and frame, and may pass, change, drop, delay or cut them.

import { createServer, type IncomingMessage, request as httpRequest } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocket, WebSocketServer } from "ws";
import { atEnd } from "./endings.ts";
import { encodedAs, type Message, messagesIn, textOf } from "./frames.ts";

export interface Frame {
  /** `up` goes to the server. */
  readonly side: "up" | "down";
  /** As it came, in whichever encoding; and as JSON. */
  readonly bytes: Buffer;
  readonly text: string;
  /** The messages in it. */
  readonly messages: readonly Message[];
  readonly types: readonly string[];
  /** Its socket, counted from 0. */
  readonly connection: number;
  readonly path: string;
  /** Sends another frame down the same socket, before this one. */
  inject(side: "up" | "down", messages: readonly unknown[]): void;
}

export type { Message };

/**
 * What becomes of a frame: itself, other messages, nothing, a lost or delivered frame and then a cut, or silence.
 * `orphan` loses the frame and cuts the client alone: the server does not hear of it, so that the client's next
 * connection stands beside the old one.
 */
export type Verdict =
  | "pass"
  | "drop"
  | "cut"
  | "passAndCut"
  | "stall"
  | "orphan"
  | { readonly replace: readonly unknown[] };

export interface Rules {
  readonly onFrame?: (frame: Frame) => Verdict | Promise<Verdict>;
  /** For each HTTP request, upgrades included. `cutAfter` loses the answer. */
  readonly onRequest?: (method: string, path: string) => "pass" | "cut" | "cutAfter";
}

export interface ChaosProxy {
  readonly url: string;
  /** Every frame that came, before any rule was applied. */
  readonly frames: readonly Frame[];
  /** The first frame, past or to come, that holds a message of that type. */
  frameOf(type: string): Promise<Frame>;
  /** Ends every socket as a lost network does. */
  cutAll(): void;
}

/** Starts a proxy on a free port; it ends with the test. */
export async function startChaosProxy(target: string, rules: Rules = {}): Promise<ChaosProxy> {
  const { onFrame = () => "pass", onRequest = () => "pass" } = rules;
  const frames: Frame[] = [];
  const watchers = new Set<() => void>();
  const ends = new Set<() => void>();
  const sockets = new Set<Socket>();
  const upgrades = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => [...offered][0] ?? false,
  });
  let connections = 0;

  const server = createServer((request, response) => {
    const fate = onRequest(request.method ?? "", request.url ?? "");
    if (fate === "cut") return void request.socket.destroy();
    const { method, headers, url } = request;
    const upstream = httpRequest(`${target}${url}`, { method, headers }, (answer) => {
      if (fate === "cutAfter") return void request.socket.destroy();
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    upstream.on("error", () => request.socket.destroy());
    request.pipe(upstream);
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
  });

  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const path = request.url ?? "";
    const fate = onRequest("UPGRADE", path);
    if (fate === "cut") return void socket.destroy();
    const protocols = (request.headers["sec-websocket-protocol"] ?? "").split(/,\s*/);
    const { host } = request.headers;
    const upstream = new WebSocket(`${target.replace("http", "ws")}${path}`, protocols, {
      headers: { host },
      perMessageDeflate: false,
    });
    const early: Came[] = [];
    const keepEarly = (data: Buffer, isBinary: boolean) => void early.push(cameAs(data, isBinary));
    upstream.on("message", keepEarly);
    upstream.on("error", () => socket.destroy());
    upstream.once("open", () => {
      if (fate === "cutAfter") {
        upstream.terminate();
        return void socket.destroy();
      }
      upgrades.handleUpgrade(request, socket, head, (client) => {
        upstream.off("message", keepEarly);
        join(client, upstream, path, early);
      });
    });
  });

  function join(client: WebSocket, upstream: WebSocket, path: string, early: Came[]): void {
    const connection = connections++;
    let isStalled = false;
    const cut = (): void => {
      ends.delete(cut);
      client.terminate();
      upstream.terminate();
    };
    ends.add(cut);
    const lane = (side: Frame["side"], from: WebSocket, to: WebSocket) => {
      let work = Promise.resolve();
      const forward = async (came: Came): Promise<void> => {
        const messages = messagesIn(came);
        const types = messages.map(({ type }) => type);
        const inject: Frame["inject"] = (way, added) =>
          (way === "up" ? upstream : client).send(encodedAs(came, added));
        const bytes = Buffer.from(came as string);
        const text = textOf(came);
        const frame: Frame = { side, bytes, text, messages, types, connection, path, inject };
        if (messages.length > 0) frames.push(frame);
        for (const watch of watchers) watch();
        const verdict = isStalled ? "drop" : await onFrame(frame);
        if (verdict === "stall" || verdict === "orphan") isStalled = true;
        if (verdict === "orphan") client.terminate();
        if (isStalled || verdict === "drop") return;
        if (verdict === "cut") return cut();
        if (to.readyState !== WebSocket.OPEN) return;
        const sent = typeof verdict === "object" ? encodedAs(came, verdict.replace) : came;
        await new Promise((resolve) => to.send(sent, resolve));
        if (verdict !== "passAndCut") return;
        from.terminate();
        to.close(1001); // in order, so that what was sent arrives
      };
      from.on("message", (data: Buffer, isBinary: boolean) => {
        work = work.then(() => forward(cameAs(data, isBinary))).catch(cut);
      });
      from.on("error", () => {});
      from.on("close", (code: number) => {
        work = work.then(() => {
          // What fell silent stays with whoever has not heard of it, until the network itself is gone.
          if (isStalled) return;
          ends.delete(cut);
          if (code === 1006) to.terminate();
          else to.close(code === 1005 ? 1000 : code);
        });
      });
      for (const came of side === "down" ? early : []) work = work.then(() => forward(came));
    };
    lane("up", client, upstream);
    lane("down", upstream, client);
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  atEnd(() => {
    for (const end of ends) end();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    frames,
    frameOf: (type) =>
      new Promise((resolve) => {
        const watch = (): void => {
          const found = frames.find(({ types }) => types.includes(type));
          if (found === undefined) return;
          watchers.delete(watch);
          resolve(found);
        };
        watchers.add(watch);
        watch();
      }),
    cutAll: () => {
      for (const end of ends) end();
    },
  };
}

/** A frame as `ws` takes it: text, or bytes. */
type Came = string | Buffer;

function cameAs(data: Buffer, isBinary: boolean): Came {
  return isBinary ? data : data.toString();
}
