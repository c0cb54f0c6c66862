// The command line as data: where options may stand, what calls which command, what is refused.
import { describe, expect, test } from "vitest";
import { parseCommandLine, unknownCommand, wantsJson } from "../../cli/arguments.ts";
import { COMMANDS } from "../../cli/commands.ts";
import { CliError } from "../../cli/errors.ts";
import { helpOn, helpOnGroup, overview } from "../../cli/help.ts";

const parse = (...args: string[]) => parseCommandLine(args, COMMANDS);

describe("the command line", () => {
  test("takes global options before, within and after a command", () => {
    for (const args of [
      ["--server", "http://a", "--json", "key", "show", "--digits"],
      ["key", "--server", "http://a", "show", "--digits", "--json"],
      ["key", "show", "--digits", "--json", "--server=http://a"],
    ]) {
      const line = parse(...args);
      expect(line.command?.path).toEqual(["key", "show"]);
      expect(line.args.text("server")).toBe("http://a");
      expect(line.args.flag("digits")).toBe(true);
      expect(line.args.positionals).toEqual([]);
    }
  });

  test("the longest command wins, and what follows belongs to it", () => {
    const renamed = parse("contacts", "rename", "contacts", "key show");
    expect(renamed.command?.path).toEqual(["contacts", "rename"]);
    expect(renamed.args.positionals).toEqual(["contacts", "key show"]);
    expect(parse("contacts").command?.path).toEqual(["contacts"]);
    expect(parse("key", "enter", "-").args.positionals).toEqual(["-"]);
  });

  test("after -- nothing is an option", () => {
    const line = parse("contacts", "rename", "--", "bob", "--json");
    expect(line.args.positionals).toEqual(["bob", "--json"]);
    expect(wantsJson(["contacts", "rename", "--", "bob", "--json"])).toBe(false);
  });

  test("help is asked for by option and by word", () => {
    expect(parse("help").args.flag("help")).toBe(true);
    expect(parse("help", "key", "show").command?.path).toEqual(["key", "show"]);
    expect(parse("key", "show", "-h").args.flag("help")).toBe(true);
  });

  test.each([
    [["whoami", "--digits"], "no option --digits here"],
    [["key", "show", "--out"], "--out needs a value"],
    [["key", "show", "--digits=yes"], "--digits takes no value"],
    [["send", "Bob", "--react", "-Ab", "x"], "one that begins with - goes as --react=VALUE"],
    [["key", "show", "--crad", "a"], "Did you mean --card?"],
  ])("%j is refused as a mistake of usage", (args, text) => {
    expect(() => parse(...args)).toThrow(text);
    expect(() => parse(...args)).toThrow(CliError);
  });

  test("words that call nothing get a suggestion", () => {
    const message = (...args: string[]): string => unknownCommand(parse(...args), COMMANDS).message;
    expect(message("profil")).toContain("Did you mean profile?");
    expect(message("key", "sow")).toContain("key show or key enter");
    expect(message("dance")).toBe("There is no command “dance”.");
  });
});

test("every command has a line in the overview and a help no wider than 90 columns", () => {
  const whole = overview(COMMANDS);
  for (const command of COMMANDS) {
    expect(whole).toContain(`  ${command.path.join(" ")} `);
    const widest = Math.max(
      ...helpOn(command)
        .split("\n")
        .map((line) => line.length),
    );
    expect([command.path, widest <= 90]).toEqual([command.path, true]);
  }
});

test("the id of a message may begin with a hyphen, as an argument and as a value", () => {
  const saving = parse("save", "Ada", "-aB3_xY9-Qk", "there");
  expect(saving.args.positionals).toEqual(["Ada", "-aB3_xY9-Qk", "there"]);
  const editing = parse("send", "Ada", "new text", "--edit", "-aB3_xY9-Qk");
  expect(editing.args.text("edit")).toBe("-aB3_xY9-Qk");
});

test("any other id may begin with hyphens, too; what looks like an option stays one", () => {
  for (const id of ["-aqGDx3456789012345678", "--qGDx3456789012345678", "--B3_xY9-Qk"]) {
    for (const action of ["approve", "decline", "block", "withdraw"]) {
      expect(parse("requests", action, id).args.positionals).toEqual([action, id]);
    }
    const drop = parse("--json", "room", "reports", "ROOM", "drop", id);
    expect(drop.command?.path).toEqual(["room", "reports"]);
    expect(drop.args.positionals).toEqual(["ROOM", "drop", id]);
  }
  expect(() => parse("room", "open", "--capacityy", "5")).toThrow("Did you mean --capacity?");
  expect(parse("room", "set", "ROOM", "--new-link").args.flag("new-link")).toBe(true);
});

test("of many commands that begin alike, what was meant is said or what there is, and the help lists them", () => {
  const message = (...args: string[]): string => unknownCommand(parse(...args), COMMANDS).message;
  expect(message("room")).toMatch(/^What about the room\? Say room and one of: open, list, /);
  expect(message("room", "opne")).toBe("There is no “room opne”. Did you mean room open?");
  const rooms = COMMANDS.filter(({ path }) => path[0] === "room");
  const help = helpOnGroup("room", rooms);
  for (const { path, summary } of rooms)
    expect(help).toContain(`  ${path[1]!.padEnd(12)}${summary}`);
  expect(help.split("Global options:")).toHaveLength(2);
  expect(help.split("\n").length).toBeLessThan(40);
});
