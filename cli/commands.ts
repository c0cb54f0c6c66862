// The commands, in the order in which the help lists them. A new one is added here and nowhere else.
import type { Command } from "./command.ts";
import {
  contactsBlock,
  contactsNote,
  contactsRemove,
  contactsRename,
  contactsUnblock,
} from "./commands/contactChanges.ts";
import { contacts, contactsShow } from "./commands/contacts.ts";
import { keyEnter } from "./commands/keyEnter.ts";
import { keyShow } from "./commands/keyShow.ts";
import { profile } from "./commands/profile.ts";
import { whoami } from "./commands/whoami.ts";

export const COMMANDS: readonly Command[] = [
  keyShow,
  keyEnter,
  contacts,
  contactsShow,
  contactsRename,
  contactsNote,
  contactsBlock,
  contactsUnblock,
  contactsRemove,
  profile,
  whoami,
];
