// Links to rooms and their topics, read. An entrance of its own, to be loaded when rooms are.

export { parseRoomLink } from "../../core/room/links.ts";
export { topicOf } from "../../core/room/topic.ts";
