// Links to rooms, read. An entrance of its own, to be loaded when rooms are.

export { parseRoomLink } from "../../core/room/links.ts";
