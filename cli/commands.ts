// The commands, in the order in which the help lists them. A new one is added here and nowhere else.
import type { Command } from "./command.ts";
import {
  contactsBlock,
  contactsNote,
  contactsRemove,
  contactsRename,
  contactsUnblock,
} from "./commands/contactChanges.ts";
import { inbox } from "./commands/inbox.ts";
import { answer } from "./commands/answer.ts";
import { badge } from "./commands/badge.ts";
import { chat } from "./commands/chat.ts";
import { contacts, contactsBlocked, contactsShow } from "./commands/contacts.ts";
import {
  devices,
  devicesHandOver,
  devicesPhrase,
  devicesRemove,
  devicesRename,
  devicesRestore,
} from "./commands/devices.ts";
import { devicesJoin, devicesLink } from "./commands/devicesLink.ts";
import { contactsUndo } from "./commands/contactsUndo.ts";
import { contactsVerify } from "./commands/contactsVerify.ts";
import { erase } from "./commands/erase.ts";
import { exportAccount } from "./commands/export.ts";
import { groups } from "./commands/groups.ts";
import { keyEnter } from "./commands/keyEnter.ts";
import { keyShow } from "./commands/keyShow.ts";
import { profile } from "./commands/profile.ts";
import { requests } from "./commands/requests.ts";
import { roomModerate, roomReport, roomReports } from "./commands/roomCare.ts";
import { roomClose, roomList, roomLook, roomOpen, roomSet } from "./commands/rooms.ts";
import { roomAccept, roomDecline, roomInvite } from "./commands/roomPairs.ts";
import { roomContact, roomJoin, roomLeave, roomSay } from "./commands/roomTalk.ts";
import { save } from "./commands/save.ts";
import { say } from "./commands/say.ts";
import { send } from "./commands/send.ts";
import { tap } from "./commands/tap.ts";
import { ticket } from "./commands/ticket.ts";
import { whoami } from "./commands/whoami.ts";

export const COMMANDS: readonly Command[] = [
  keyShow,
  keyEnter,
  say,
  answer,
  ticket,
  tap,
  badge,
  requests,
  groups,
  roomOpen,
  roomList,
  roomLook,
  roomJoin,
  roomSay,
  roomInvite,
  roomAccept,
  roomDecline,
  roomContact,
  roomLeave,
  roomSet,
  roomModerate,
  roomReport,
  roomReports,
  roomClose,
  send,
  inbox,
  save,
  chat,
  contacts,
  contactsShow,
  contactsVerify,
  contactsRename,
  contactsNote,
  contactsBlock,
  contactsUnblock,
  contactsBlocked,
  contactsRemove,
  contactsUndo,
  profile,
  whoami,
  devices,
  devicesLink,
  devicesJoin,
  devicesRename,
  devicesRemove,
  devicesHandOver,
  devicesRestore,
  devicesPhrase,
  exportAccount,
  erase,
];
