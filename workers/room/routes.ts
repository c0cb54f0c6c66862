// Handlers of rooms. An account's mailbox says first that the acting device has a say; the room decides what its account,
// an operator or the house may do there.

import { newRoom } from "../../shared/core/room/opening.ts";
import type { RoomId } from "../../shared/wire/ids.ts";
import { ProblemError } from "../../shared/wire/problem.ts";
import { brake } from "../auth/brake.ts";
import type { Env } from "../env.ts";
import type { Handlers } from "../http/handlers.ts";
import type { Result } from "../mailbox/results.ts";
import { valueOf } from "../mailbox/routes.ts";
import { mailboxOf, operatorAt, roomAt } from "../objects.ts";
import { linkHashOf, newLinkToken, newRoomId } from "./links.ts";
import type { Steward } from "../../shared/core/room/state.ts";

type RoomRoute =
  | "openRoom"
  | "room"
  | "arrangeRoom"
  | "closeRoom"
  | "renewLink"
  | "moderate"
  | "bans"
  | "report"
  | "reports"
  | "dropReport";

export const roomHandlers: Pick<Handlers, RoomRoute> = {
  openRoom: async ({ env, steward, body }) => {
    if (steward.kind === "house") throw new ProblemError("unauthenticated");
    if (steward.kind === "account") await brake(env.PACE, steward.userId, "openRoom");
    const roomId = newRoomId();
    const linkToken = body.admission === "link" ? newLinkToken() : null;
    const record = newRoom({
      roomId,
      opener:
        steward.kind === "account"
          ? { kind: "account", userId: steward.userId }
          : { kind: "operator", operatorId: steward.operatorId },
      operatorName: steward.kind === "operator" ? steward.name : null,
      request: body,
      linkHash: linkToken === null ? null : linkHashOf(linkToken),
      now: Date.now(),
    });
    if ("code" in record) {
      const { code, fields } = record;
      throw new ProblemError(code, fields === undefined ? {} : { fields: { ...fields } });
    }
    valueOf(await noteRoom(env, steward, roomId));
    await roomAt(env, roomId).open(record);
    return { roomId, linkToken };
  },

  room: async ({ env, steward, params: { roomId } }) => {
    await requireDevice(env, steward, "lookAtRoom");
    const info = await roomAt(env, roomId).info();
    if (info === null) throw new ProblemError("room-unknown");
    return info;
  },

  arrangeRoom: async ({ env, steward, params: { roomId }, body }) => {
    await requireDevice(env, steward);
    return valueOf(await roomAt(env, roomId).arrange(steward, body));
  },

  closeRoom: async ({ env, steward, params: { roomId } }) => {
    await requireDevice(env, steward);
    return valueOf(await roomAt(env, roomId).close(steward));
  },

  renewLink: async ({ env, steward, params: { roomId } }) => {
    await requireDevice(env, steward);
    return valueOf(await roomAt(env, roomId).renewLink(steward));
  },

  moderate: async ({ env, steward, params: { roomId }, body }) => {
    await requireDevice(env, steward);
    return valueOf(await roomAt(env, roomId).moderate(steward, body));
  },

  bans: async ({ env, steward, params: { roomId } }) => {
    await requireDevice(env, steward);
    return { banned: [...valueOf(await roomAt(env, roomId).bans(steward))] };
  },

  report: async ({ env, actor, params: { roomId }, body }) => {
    await brake(env.PACE, actor.userId, "report");
    valueOf(await mailboxOf(env, actor.userId).account(actor));
    return valueOf(await roomAt(env, roomId).report(actor.userId, body));
  },

  reports: async ({ env, steward, params: { roomId } }) => {
    await requireDevice(env, steward);
    return { reports: [...valueOf(await roomAt(env, roomId).reports(steward))] };
  },

  dropReport: async ({ env, steward, params: { roomId, reportId } }) => {
    await requireDevice(env, steward);
    return valueOf(await roomAt(env, roomId).dropReport(steward, reportId));
  },
};

/** @throws ProblemError `unauthenticated` for a device that is none of its account, `too-many-requests` */
async function requireDevice(
  env: Env,
  steward: Steward,
  doing: "steward" | "lookAtRoom" = "steward",
): Promise<void> {
  if (steward.kind !== "account") return;
  await brake(env.RETURNS, steward.userId, doing);
  valueOf(await mailboxOf(env, steward.userId).account(steward));
}

/** Before it stands, so that none does which its owner's end would not reach. */
async function noteRoom(
  env: Env,
  steward: Exclude<Steward, { kind: "house" }>,
  roomId: RoomId,
): Promise<Result<null>> {
  return steward.kind === "account"
    ? mailboxOf(env, steward.userId).noteOwnRoom(steward, roomId)
    : operatorAt(env, steward.operatorId).noteRoom(roomId);
}
