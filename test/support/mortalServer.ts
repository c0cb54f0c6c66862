// A real server that can be killed and comes back at the same address with what it had stored.

import { type ServerProcess, startServer } from "./serverProcess.ts";

export class MortalServer {
  #process: ServerProcess;
  kills = 0;

  private constructor(process: ServerProcess) {
    this.#process = process;
  }

  static async start(): Promise<MortalServer> {
    return new MortalServer(await startServer());
  }

  get url(): string {
    return this.#process.url;
  }

  get stateDir(): string {
    return this.#process.stateDir;
  }

  /** By `kill -9`; resolves once it serves again. */
  async kill(whileDown: () => void = () => {}): Promise<void> {
    this.kills += 1;
    const { stateDir, url } = this.#process;
    await this.#process.kill9();
    whileDown();
    this.#process = await startServer({ stateDir, port: Number(new URL(url).port) });
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }
}
