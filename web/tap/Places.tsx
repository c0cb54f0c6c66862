// The people at a table: their places about it, which fill as they arrive, and their names below.

import type { TableMember } from "../../shared/client/index.ts";
import { Icon } from "../components/Icon.tsx";
import { isShortId, nameOrSomeone } from "./nameList.ts";

interface PlacesProps {
  readonly members: readonly TableMember[];
  readonly by: string;
  /** Whether it is awaited that they say something, or that they come. */
  readonly isComparing: boolean;
}

/** More would overlap; the list says the same. */
const MOST_PLACES = 14;
const MIDDLE = 100;
const RADIUS = 72;

export function Places({ members, by, isComparing }: PlacesProps) {
  const isThere = (one: TableMember) => (isComparing ? one.hasConfirmed : one.hasArrived);
  return (
    <>
      {!isComparing && members.length <= MOST_PLACES && (
        <svg class="table-picture" viewBox="0 0 200 200" aria-hidden="true">
          <circle class="table-top" cx={MIDDLE} cy={MIDDLE} r="40" />
          {members.map((member, index) => {
            const angle = (2 * Math.PI * index) / members.length + Math.PI / 2;
            const x = MIDDLE + RADIUS * Math.cos(angle);
            const y = MIDDLE + RADIUS * Math.sin(angle);
            return (
              <g key={member.userId} transform={`translate(${x.toFixed(1)} ${y.toFixed(1)})`}>
                <g class="table-place" data-there={isThere(member)}>
                  <circle r={members.length > 9 ? 14 : 19} />
                  <text y="5" text-anchor="middle">
                    {initialOf(member)}
                  </text>
                </g>
              </g>
            );
          })}
        </svg>
      )}
      <ul class="table-people" role="list">
        {members.map((member) => (
          <li key={member.userId} data-there={isThere(member)}>
            <span class="table-mark">{isThere(member) && <Icon name="check" />}</span>
            <span class="table-name">
              {member.isMe ? "You" : nameOrSomeone(member)}
              {member.userId === by && <span class="unseen"> (has gathered the table)</span>}
            </span>
            <span class="table-state">{stateOf(member, isComparing)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function stateOf(member: TableMember, isComparing: boolean): string {
  if (isComparing) return member.hasConfirmed ? "the same" : "compares";
  return member.hasArrived ? "is here" : "arrives…";
}

function initialOf(member: TableMember): string {
  if (isShortId(member)) return "+";
  return [...member.name].find((each) => /[\p{L}\p{N}]/u.test(each))?.toUpperCase() ?? "";
}
