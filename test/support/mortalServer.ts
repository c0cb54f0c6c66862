// A real server that can be killed and comes back with what it had stored. Its address stays, since a
// plain forwarder holds it, which leads to nowhere while the server is down.

import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { type ServerProcess, startServer } from "./serverProcess.ts";

export class MortalServer {
  readonly #front: Server;
  readonly #sockets = new Set<Socket>();
  #process: ServerProcess;
  kills = 0;

  private constructor(process: ServerProcess) {
    this.#process = process;
    this.#front = createServer((client) => this.#forward(client));
  }

  static async start(): Promise<MortalServer> {
    const server = new MortalServer(await startServer());
    await new Promise<void>((resolve) => {
      server.#front.listen(0, "127.0.0.1", resolve);
    });
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#front.address() as AddressInfo).port}`;
  }

  get stateDir(): string {
    return this.#process.stateDir;
  }

  /** By `kill -9`; resolves once it serves again. */
  async kill(whileDown: () => void = () => {}): Promise<void> {
    this.kills += 1;
    const { stateDir } = this.#process;
    await this.#process.kill9();
    whileDown();
    this.#process = await startServer({ stateDir });
  }

  async stop(): Promise<void> {
    this.#front.close();
    for (const socket of this.#sockets) socket.destroy();
    await this.#process.stop();
  }

  #forward(client: Socket): void {
    const server = connect(Number(new URL(this.#process.url).port), "127.0.0.1");
    const ends = [client, server];
    for (const end of ends) {
      this.#sockets.add(end);
      end.on("error", () => {});
      end.on("close", () => {
        this.#sockets.delete(end);
        for (const each of ends) each.destroy();
      });
    }
    client.pipe(server).pipe(client);
  }
}
