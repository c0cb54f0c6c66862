// `contacts undo`: takes a tap back, for both sides, within ten minutes.
import type { Command } from "../command.ts";
import { lookUpContact } from "../contactLookup.ts";
import { EXIT, usageError } from "../errors.ts";

export const contactsUndo: Command = {
  path: ["contacts", "undo"],
  summary: "take back a tap of the last ten minutes, for both sides",
  synopsis: "CONTACT",
  options: {},
  help: `
Ends a contact that a tap has made within the last ten minutes, on both sides at
once; either side may. Both are told. What stood there before the tap comes back.
Later, each can remove the contact from their own list: acquaint contacts remove

Events with --json: undone {userId, name}.`,
  async run({ args, open, present }) {
    const reference = args.positionals.join(" ");
    if (reference === "") throw usageError("Which contact?", "acquaint contacts undo CONTACT");
    const client = await open();
    const { userId, name } = await lookUpContact(client, reference);
    await client.taps.undo(userId);
    present.show({ event: "undone", userId, name });
    return EXIT.success;
  },
};
