// What commands on rooms are given: which room, whom in it, and what one is called there.
import type { Arguments, OptionSpecs } from "./arguments.ts";
import { usageError } from "./errors.ts";

export const NAMING: OptionSpecs = {
  name: { type: "string", value: "N", text: "what you are called there (default: your name)" },
};

/** As joining takes it, for commands with {@link NAMING} and those without. */
export function naming(args: Arguments): { readonly name?: string } {
  const name = args.text("name");
  return name === undefined ? {} : { name };
}

/** @throws CliError `usage` */
export function onlyRoom(args: Arguments, example: string): string {
  const [room, extra] = args.positionals;
  if (room === undefined) throw usageError("Which room?", example);
  if (extra !== undefined) throw usageError(`What about ${extra}?`, example);
  return room;
}

/** @returns the person as "" where that is optional and left out @throws CliError `usage` */
export function roomAndPerson(
  args: Arguments,
  example: string,
  isOptional = false,
): [string, string] {
  const [room, who, extra] = args.positionals;
  if (room === undefined) throw usageError("Which room?", example);
  if (who === undefined && !isOptional) throw usageError("Whom?", example);
  if (extra !== undefined) throw usageError(`What about ${extra}? Blanks need quotes.`, example);
  return [room, who ?? ""];
}
