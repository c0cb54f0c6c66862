// What tells one person in a room from others of that name, for a view of that person.

import { useMemo } from "preact/hooks";
import { useSession } from "../session.ts";
import { useStore } from "../store.ts";
import { marksOf } from "./marks.ts";
import type { Stay } from "./stay.ts";

/** @param userId may have left, or be undefined for who is not there yet */
export function useMark(stay: Stay, userId: string | undefined): string | undefined {
  const { members, me } = useStore(stay.store, (all) => all);
  const contacts = useSession((all) => all.contacts);
  const own = me?.userId ?? "";
  return useMemo(() => {
    if (userId === undefined) return undefined;
    const one = { userId, name: stay.nameOf(userId) ?? "" };
    // Those of a room for two came out of one where others may have the same name.
    const around = stay.parent?.joined.members ?? [];
    return marksOf([...members, ...around, one], contacts, own).get(userId);
  }, [stay, userId, members, contacts, own]);
}
