// The groups of this account, read anew whenever they change.

import { useEffect, useState } from "preact/hooks";
import type { GroupInfo } from "../../shared/client/index.ts";
import { withPlainName } from "../plainName.ts";
import { session } from "../session.ts";
import { listOf } from "./nameList.ts";

interface GroupsRead {
  /** Null until they are read. */
  readonly groups: readonly GroupInfo[] | null;
  readonly problem: unknown;
}

export function useGroups(): GroupsRead {
  const [read, setRead] = useState<GroupsRead>({ groups: null, problem: null });
  useEffect(() => {
    let isWanted = true;
    const load = () => {
      session.acquaint.groups.list().then(
        (groups) => {
          if (isWanted) setRead({ groups: groups.map(withPlainNames), problem: null });
        },
        (problem: unknown) => {
          if (isWanted) setRead(({ groups }) => ({ groups, problem }));
        },
      );
    };
    load();
    const off = session.acquaint.on(({ event }) => {
      if (event === "groups" || event === "contacts") load();
    });
    return () => {
      isWanted = false;
      off();
    };
  }, []);
  return read;
}

function withPlainNames(group: GroupInfo): GroupInfo {
  return { ...group, members: group.members.map(withPlainName) };
}

/** A group has no name of its own so far. */
export function groupTitle({ members }: GroupInfo): string {
  return `You, ${listOf(members.filter(({ isMe }) => !isMe))}`;
}
