// What every command of a model-based run is made of: saying something, and reading what is answered.

import type fc from "fast-check";
import type { Told } from "../support/sockets.ts";
import type { Oracle } from "./oracle.ts";
import type { Line, World } from "./world.ts";

interface Model {
  oracle: Oracle;
}

export type Command = fc.AsyncCommand<Model, World>;

type Act = (oracle: Oracle, world: World, model: Model) => Promise<void>;

/** One command: its `act` runs after errands have been served and time has been given its due. */
export function command(
  name: string,
  act: Act,
  check: (oracle: Oracle) => boolean = () => true,
): Command {
  return suddenCommand(
    name,
    async (oracle, world, model) => {
      await world.quiet(oracle);
      await act(oracle, world, model);
    },
    check,
  );
}

/** As `command`, but errands may still be under way. */
export function suddenCommand(
  name: string,
  act: Act,
  check: (oracle: Oracle) => boolean = () => true,
): Command {
  return {
    check: ({ oracle }) => check(oracle),
    run: (model, world) => {
      model.oracle.elapse(Date.now());
      return act(model.oracle, world, model);
    },
    toString: () => name,
  };
}

export function replies(told: readonly Told[]): string[] {
  return told.map((message) =>
    message.type === "problem" ? message["problem"].code : message.type,
  );
}

export async function say({ socket }: Line, ...messages: unknown[]): Promise<string[]> {
  return replies(await socket.ask(...messages));
}

/** As `say`; a side may hear beside the answer that its attempt has run out. */
export async function sayLate(oracle: Oracle, line: Line, message: unknown): Promise<string[]> {
  const said = await say(line, message);
  return oracle.outcome === "timedOut" && said[0] === "ended" ? said.slice(1) : said;
}

export const isCertain = ({ phase }: Oracle): boolean => phase !== "ending";
export const isLive = ({ phase }: Oracle): boolean => phase === "waiting" || phase === "claimed";

/** Whether the device speaks on that line for its side, rather than as a visitor. */
export function speaksForSide(oracle: Oracle, { name, sid }: Line): boolean {
  return oracle.isSide(name) && sid === oracle.opening?.sid;
}

/** Whether the line came to this attempt for the account that it asks, whoever of its devices has answered. */
export function speaksForAsked(oracle: Oracle, { name, sid }: Line): boolean {
  return oracle.isAsked(name) && sid === oracle.opening?.sid;
}
