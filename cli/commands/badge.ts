// `badge`: a code for a name badge or a tag, by which others ask to become contacts.
import { writeFile } from "node:fs/promises";
import { badgePage } from "../badgePage.ts";
import { reasonOf } from "../cardFiles.ts";
import type { Command, Context } from "../command.ts";
import { CliError, EXIT, usageError } from "../errors.ts";

export const badge: Command = {
  path: ["badge"],
  summary: "a code for your name badge, by which others may ask for contact",
  synopsis: "[show | create | revoke | print FILE.html]",
  options: { force: { type: "boolean", text: "let print replace a file that is there" } },
  help: `
A badge is a link that stays good: on a name badge, a tag or a slide. It makes nobody
a contact by itself: whoever scans it asks, and you say yes or no (acquaint requests).
You have one at a time; create makes a new one, and the one before works no more.
revoke ends it. print writes a page for a printer, with your name, handle and the QR
code; - writes it to the standard output.

For an NFC tag: write the link as a URI record; an NTAG213 holds it.

Events with --json: badge {url, createdAt, uses}, uses being the requests that it has
brought; url is null when there is none. With print also file.`,
  run: serveBadge,
};

async function serveBadge(context: Context): Promise<number> {
  const { args, present } = context;
  const [action = "show", file, extra] = args.positionals;
  if (extra !== undefined || (action === "print") !== (file !== undefined)) {
    throw usageError(
      action === "print" ? "Where to?" : "Say show, create, revoke or print FILE.html.",
      "acquaint badge print badge.html",
    );
  }
  const client = await context.open();
  switch (action) {
    case "create":
      present.show({ event: "badge", ...(await client.badges.create()) });
      return EXIT.success;
    case "revoke":
      await client.badges.revoke();
      present.show({ event: "badge", url: null });
      return EXIT.success;
    case "show": {
      const own = await client.badges.own();
      present.show(own === null ? { event: "badge", url: null } : { event: "badge", ...own });
      return EXIT.success;
    }
    case "print":
      return printBadge(context, client, file ?? "");
    default:
      throw usageError(`There is no “badge ${action}”.`, "Say show, create, revoke or print.");
  }
}

async function printBadge(
  { args, present, resolvePath }: Context,
  client: Awaited<ReturnType<Context["open"]>>,
  file: string,
): Promise<number> {
  const own = (await client.badges.own()) ?? (await client.badges.create());
  const { name, handle } = await client.refreshProfile();
  const page = badgePage({ url: own.url, name, handle });
  if (file === "-") {
    process.stdout.write(page);
    return EXIT.success;
  }
  const path = resolvePath(file);
  try {
    await writeFile(path, page, { flag: args.flag("force") ? "w" : "wx" });
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === "EEXIST";
    throw new CliError(
      "file-unwritable",
      isThere ? `${path} is there already.` : `${path} could not be written${reasonOf(error)}.`,
      isThere ? { hint: "To replace it: --force" } : {},
    );
  }
  present.show({ event: "badge", ...own, file: path });
  return EXIT.success;
}
