// `groups`: the groups that taps have made, and who is in them.
import type { Command } from "../command.ts";
import { EXIT, usageError } from "../errors.ts";

export const groups: Command = {
  path: ["groups"],
  summary: "the groups that taps of several people have made",
  synopsis: "[list | show ID | leave ID]",
  options: {},
  help: `
Lists the groups that you are in. A tap of two or more people makes one, of all of
them. leave takes you out of one; the others stay in it, and your contacts stay.

Events with --json: one group {groupId, createdAt, by, isCompared, members: [{userId,
name, isMe, isContact, verified}]} for each; with left: true after leaving.`,
  async run({ args, open, present }) {
    const [action = "list", groupId, extra] = args.positionals;
    const isKnown = ["list", "show", "leave"].includes(action);
    if (!isKnown || extra !== undefined || (action === "list") !== (groupId === undefined)) {
      throw usageError("Say list, show ID or leave ID.", "acquaint groups show ID");
    }
    const client = await open();
    if (groupId === undefined) {
      const all = await client.groups.list();
      for (const group of all) present.show({ event: "group", ...group });
      if (all.length === 0) present.remark("You are in no group. Several taps at once make one.");
      return EXIT.success;
    }
    const group = await client.groups.get(groupId);
    if (action === "leave") await client.groups.leave(groupId);
    present.show({ event: "group", ...group, ...(action === "leave" && { left: true }) });
    return EXIT.success;
  },
};
