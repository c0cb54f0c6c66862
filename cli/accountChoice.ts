// Which account is meant: a contact, by what chooseContact takes; a handle; or a user id. Names of
// contacts are looked for on this device alone, so that the server never learns them.
import { type Contact, isHandle, isUserId } from "../shared/client/node.ts";
import { chooseContact } from "./contactChoice.ts";
import { shortId } from "./contactText.ts";
import { CliError, usageError } from "./errors.ts";

export interface AccountChoice {
  /** Null when only the handle is known. */
  readonly userId: string | null;
  readonly handle: string | null;
  /** For people. */
  readonly name: string;
}

/** @throws CliError `usage`, `contact-unknown` or `contact-ambiguous` */
export function chooseAccount(reference: string, contacts: readonly Contact[]): AccountChoice {
  const text = reference.trim();
  if (text.startsWith("@")) return ofHandle(text.slice(1).toLowerCase());
  try {
    const { userId, name } = chooseContact(text, contacts);
    return { userId, handle: null, name };
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== "contact-unknown") throw error;
  }
  if (isUserId(text)) return { userId: text, handle: null, name: shortId(text) };
  if (isHandle(text.toLowerCase())) return ofHandle(text.toLowerCase());
  throw new CliError("contact-unknown", `“${text}” is no contact, and cannot be a handle.`, {
    hint: "Name a contact (acquaint contacts lists them), a @handle or a user id.",
  });
}

function ofHandle(handle: string): AccountChoice {
  if (isHandle(handle)) return { userId: null, handle, name: `@${handle}` };
  throw usageError(
    `@${handle} cannot be a handle.`,
    "A handle is 3 to 30 of a-z, 0-9 and single _, and begins with a letter.",
  );
}
