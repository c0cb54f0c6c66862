// Links to rooms, written and read, and topics. An entrance of its own, to be loaded when rooms are.

export { parseRoomLink, type RoomLink, roomUrl } from "../../core/room/links.ts";
export { topicOf } from "../../core/room/topic.ts";
