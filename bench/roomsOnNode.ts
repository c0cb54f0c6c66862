// Rooms on Node to measure the product's against, each in a process of its own: `node bench/roomsOnNode.ts
// socket.io|ws`. Says its port to the process that started it.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server as SocketIoServer } from "socket.io";
import { type WebSocket, WebSocketServer } from "ws";

const http = createServer();
if (process.argv[2] === "ws") serveWs();
else serveSocketIo();
http.listen(0, "127.0.0.1", () => process.send?.((http.address() as AddressInfo).port));
process.on("disconnect", () => process.exit());

/** The room is the path; a frame goes to every socket as it is. */
function serveWs(): void {
  const rooms = new Map<string, Set<WebSocket>>();
  new WebSocketServer({ server: http }).on("connection", (socket, { url = "" }) => {
    const room = rooms.get(url) ?? new Set();
    rooms.set(url, room.add(socket));
    socket.on("message", (frame, isBinary) => {
      for (const other of room) other.send(frame, { binary: isBinary });
    });
    socket.on("close", () => room.delete(socket));
    socket.send("entered");
  });
}

/** The room stands in the query, as does what Socket.IO itself needs. */
function serveSocketIo(): void {
  const rooms = new SocketIoServer(http, { transports: ["websocket"], serveClient: false });
  rooms.on("connection", async (socket) => {
    const room = String(socket.handshake.query["room"]);
    socket.on("say", (text: string) => rooms.to(room).emit("said", text));
    await socket.join(room);
    socket.emit("entered");
  });
}
