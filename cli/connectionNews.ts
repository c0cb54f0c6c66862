// Tells when the server is lost and found again, once each, while something waits for it or listens.
import type { Acquaint } from "../shared/client/node.ts";
import type { Context } from "./command.ts";

const PATIENCE_MS = 4_000;

/** @returns what ends it */
export function tellConnection(
  client: Acquaint,
  { present }: Pick<Context, "present">,
): () => void {
  let isLost = false;
  return client.on((event) => {
    if (event.event !== "connection" || event.state === "connecting") return;
    if ((event.state === "offline") === isLost) return;
    isLost = event.state === "offline";
    present.show({ event: "connection", state: isLost ? "lost" : "restored" });
  });
}

/**
 * Resolves once all that waits at the server has come: true; or there was no connection for a while: false.
 * @param what is waited for; messages, unless it is said
 */
export async function caughtUp(
  client: Acquaint,
  what: () => Promise<void> = () => client.messages.caughtUp(),
): Promise<boolean> {
  let stop = (): void => {};
  const unreachable = new Promise<boolean>((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const off = client.on((event) => {
      if (event.event !== "connection" || event.state === "connecting") return;
      if (event.state === "offline") timer ??= setTimeout(() => resolve(false), PATIENCE_MS);
      else {
        clearTimeout(timer);
        timer = undefined;
      }
    });
    stop = () => {
      off();
      clearTimeout(timer);
    };
  });
  const isCaughtUp = await Promise.race([what().then(() => true), unreachable]);
  stop();
  return isCaughtUp;
}
