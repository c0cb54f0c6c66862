// The contact that a command is about: by what chooseContact takes, or by @handle, which only the server
// knows. Names of contacts are looked for on this device alone.
import { type Acquaint, type Contact, isHandle } from "../shared/client/node.ts";
import { chooseContact } from "./contactChoice.ts";
import { CliError, usageError } from "./errors.ts";

/** @throws CliError `usage`, `contact-unknown` or `contact-ambiguous` */
export async function lookUpContact(client: Acquaint, reference: string): Promise<Contact> {
  const text = reference.trim();
  const contacts = await client.contacts.list();
  if (!text.startsWith("@")) return chooseContact(text, contacts);
  const handle = text.slice(1).toLowerCase();
  if (!isHandle(handle)) {
    throw usageError(
      `${text} cannot be a handle.`,
      "A handle is 3 to 30 of a-z, 0-9 and single _, and begins with a letter.",
    );
  }
  const { userId } = await client.findHandle(handle);
  const contact = contacts.find((one) => one.userId === userId);
  if (contact !== undefined) return contact;
  throw new CliError("contact-unknown", `@${handle} is not among your contacts.`, {
    hint: `Meet first: acquaint say --to ${text}`,
  });
}
