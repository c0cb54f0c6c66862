// What the SDK offers wherever it runs. Its entrances, index.ts and node.ts, add what is theirs.

export {
  bytesToCard,
  type CardResult,
  cardTitle,
  cardToBytes,
  emptyCard,
} from "../core/cards/card.ts";
export type { CodeProblem, ParsedCode } from "../core/pairing/codeReading.ts";
export {
  CAPTION_MAX_BYTES,
  LIFETIME_MAX_SECONDS,
  THUMBNAIL_MAX_BYTES,
} from "../core/line/contentLimits.ts";
export { fileNameFrom } from "../core/line/fileNames.ts";
export type { Conversation } from "../core/line/conversation.ts";
export {
  type FileFacts,
  hasText,
  isUnread,
  keyOf,
  type MessageKey,
  type MessageRecord,
  shownReactions,
} from "../core/line/messageRecord.ts";
export { plainLine, plainText } from "../core/line/plainText.ts";
export type { Language, WordListTag } from "../core/pairing/words.ts";
export type { Audience } from "../wire/auth.ts";
export type { Card } from "../wire/card.ts";
export {
  BLOB_MAX_BYTES,
  CARD_MAX_BYTES,
  DENIED_SECONDS,
  NAME_MAX_CHARS,
  PASSPHRASE_T1_SECONDS,
  PASSPHRASE_T2_SECONDS,
  PASSPHRASE_TERM_MAX_SECONDS,
  PASSPHRASE_TERM_MIN_SECONDS,
  REPORT_MAX_MESSAGES,
  REPORT_NOTE_MAX_CHARS,
  ROOM_CAPACITY,
  ROOM_MAX_CAPACITY,
  ROOM_TEXT_MAX_BYTES,
  ROOM_TITLE_MAX_CHARS,
  ROOM_TOPIC_MAX_CHARS,
  SEAT_KEPT_SECONDS,
  TEXT_MAX_BYTES,
} from "../wire/limits.ts";
export { type Problem, type ProblemCode, ProblemError } from "../wire/problem.ts";
export type { AccountExport, ExportedFile, ExportedMessage } from "./accountExport.ts";
export type { AcquaintOptions } from "./options.ts";
export { ConnectionError } from "./connectionError.ts";
export { FileError, type FileProgress, type FileSource } from "./blobs/transfer.ts";
export type { Applicant } from "./devices/admitting.ts";
export type { DeviceInfo, Devices } from "./devices/devices.ts";
export { AccountInUse, EntryRefused, PhraseUnknown } from "./devices/faults.ts";
export type { LinkOptions, LinkSecret } from "./devices/linkMeetings.ts";
export { AccountErased, type Ending } from "./accountErased.ts";
export { CodeError, type CodeReader, loadCodes, loadLanguages, readCode } from "./codes.ts";
export { ForkedLogError } from "./forkedLog.ts";
export type {
  Files,
  KeptFile,
  OpenFileOptions,
  OutgoingFile,
  SendFileOptions,
} from "./line/files.ts";
export type { Messages } from "./line/messages.ts";
export type { Comparison, Verification } from "./line/verification.ts";
export type { Meeting } from "./meeting.ts";
export {
  type AcquaintEvent,
  type Asked,
  type AskOptions,
  type BlockedAccount,
  type Contact,
  type FailureReason,
  type IncomingRequest,
  isHandle,
  isLocator,
  isUserId,
  type Me,
  type MeetingEvent,
  MeetingFailed,
  type MeetingOptions,
  type OverRequest,
  type ShownKey,
  type ShowOptions,
  AUDIENCES,
} from "./model.ts";
export { loadPassphrases, type Passphrases } from "./passphrases.ts";
export type { Ports, SocketLike } from "./ports.ts";
export { PassphraseError } from "./passphraseError.ts";
export { loadRecoveryWords, type RecoveryWords } from "./recoveryWords.ts";
export type { Requests } from "./requests.ts";
export type {
  Invitation,
  InvitationOutcome,
  Knocker,
  Leaving,
  Member,
  Pair,
  Role,
  Track,
} from "../wire/roomLine.ts";
export type {
  ArrangeRoom,
  Ban,
  Listing,
  LobbyPage,
  Moderation,
  OpenRoom,
  Report,
  ReportReason,
  RoomAdmission,
  RoomInfo,
  RoomMedia,
  RoomRecord,
} from "../wire/rooms.ts";
export type { RoomId, UserId } from "../wire/ids.ts";
export { RoomLinkError, RoomOver } from "./rooms/faults.ts";
export type { JoinedRoom } from "./rooms/joinedRoom.ts";
export {
  type NewReport,
  type NewRoom,
  REPORT_REASONS,
  type RoomChange,
  type RoomMessage,
  type RoomState,
  type Speaker,
  type StayEnd,
  type Tracks,
} from "./rooms/model.ts";
export type { Rooms } from "./rooms/rooms.ts";
export type { Store } from "./store/store.ts";
export type {
  AskedContactRequest,
  FoundBadge,
  GroupInfo,
  IncomingContactRequest,
  OwnBadge,
  ShownTicket,
  Table,
  TableEndReason,
  TableMember,
  TapEvent,
  TapOutcome,
  TappedPeer,
  TapResult,
} from "./taps/model.ts";
export { TapError, type TapErrorCode } from "./taps/tapError.ts";
export type { Groups, Taps } from "./taps/taps.ts";
export type { TapLink } from "../core/tap/links.ts";
