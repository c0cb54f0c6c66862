// Microphones and cameras in the roster: as their member says, as far as the room allows.

import type { Track } from "../../wire/roomLine.ts";
import type { RoomMedia } from "../../wire/rooms.ts";
import type { Draft } from "./draft.ts";
import type { Refusal, RoomEventOf } from "./events.ts";
import { tellChanged } from "./roster.ts";
import { speakerOf } from "./speaking.ts";
import type { Present } from "./state.ts";

export function setTracks(draft: Draft, event: RoomEventOf<"tracks">): Refusal | null {
  const { userId, socket, audio, video } = event;
  const member = speakerOf(draft.state, userId, socket);
  if (member === null) return { code: "not-in-room" };
  const { media } = draft.state.record.room;
  if (allowed(media, "audio", audio) !== audio || allowed(media, "video", video) !== video) {
    return { code: "malformed-message", fields: { tracks: "the room is without this medium" } };
  }
  show(draft, member, { audio, video, socket });
  return null;
}

/** When the room allows less than before, what it does not allow any more is off. */
export function keepTracks(draft: Draft): void {
  const { present, record } = draft.state;
  const { media } = record.room;
  if (media.audio && media.video) return;
  for (const member of present.values()) {
    const { tracks } = member;
    if (tracks === null) continue;
    const audio = allowed(media, "audio", tracks.audio);
    const video = allowed(media, "video", tracks.video);
    show(draft, member, { ...tracks, audio, video });
  }
}

function allowed(media: RoomMedia, kind: keyof RoomMedia, track: Track): Track {
  return media[kind] ? track : "off";
}

function show(draft: Draft, member: Present, said: NonNullable<Present["tracks"]>): void {
  const isOff = said.audio === "off" && said.video === "off";
  const tracks = isOff ? null : said;
  const before = member.tracks;
  const isSame = before?.audio === tracks?.audio && before?.video === tracks?.video;
  if (isSame && before?.socket === tracks?.socket) return;
  draft.setPresent({ ...member, tracks });
  draft.attach(member.userId, member.sockets);
  if (!isSame) tellChanged(draft, member.userId);
}
