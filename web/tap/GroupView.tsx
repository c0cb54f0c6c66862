// One group: who is in it, who of them is a contact, and how to leave.

import "../styles/touches.css";
import { useState } from "preact/hooks";
import type { GroupInfo } from "../../shared/client/index.ts";
import { notify } from "../announcements.ts";
import { dayAndTimeText } from "../clock.ts";
import { Avatar } from "../components/Avatar.tsx";
import { Heading } from "../components/Heading.tsx";
import { Icon } from "../components/Icon.tsx";
import { problemText } from "../problems.ts";
import { goInstead, paths } from "../router.ts";
import { session } from "../session.ts";
import { ConfirmSheet } from "./ConfirmSheet.tsx";
import { groupTitle, useGroups } from "./groups.ts";
import { TapIcon } from "./TapIcon.tsx";

export function GroupView({ groupId }: { readonly groupId: string }) {
  const { groups, problem } = useGroups();
  const group = groups?.find((one) => one.groupId === groupId);
  return (
    <div class="page">
      <a class="back" href={paths.contacts}>
        <Icon name="back" /> Contacts
      </a>
      {group !== undefined && <Group group={group} />}
      {group === undefined && (
        <>
          <Heading subject={groups === null ? "reading" : "none"}>
            {groups === null ? "A group" : "This group is no longer here"}
          </Heading>
          <p class="lead" role="status">
            {groupStateText(groups !== null, problem)}
          </p>
        </>
      )}
    </div>
  );
}

function groupStateText(isRead: boolean, problem: unknown): string {
  if (problem !== null) return problemText(problem);
  return isRead ? "It was dissolved, or you have left it." : "Looking who is in it…";
}

function Group({ group }: { readonly group: GroupInfo }) {
  const { groupId, createdAt, isCompared, members, by } = group;
  const [isLeaving, setLeaving] = useState(false);
  const initiator = members.find(({ userId }) => userId === by);
  const who = initiator === undefined ? "Someone" : initiator.isMe ? "You" : initiator.name;
  return (
    <>
      <Heading subject={groupId}>{groupTitle(group)}</Heading>
      <p class="lead">
        {who} gathered it by a tap on {dayAndTimeText(createdAt)}.
        {isCompared && " All have compared the same words."}
      </p>
      <ul class="people" role="list">
        {members.map((member) => (
          <Member key={member.userId} member={member} />
        ))}
      </ul>
      <div class="actions">
        <button type="button" class="button quiet danger" onClick={() => setLeaving(true)}>
          <TapIcon name="leave" /> Leave the group
        </button>
      </div>
      {isLeaving && (
        <ConfirmSheet
          title="Leave this group?"
          text="The others stay in it, and your contacts stay your contacts. You come back only by another tap."
          yes="Leave"
          no="Stay"
          work={async () => {
            await session.acquaint.groups.leave(groupId);
            notify("You have left the group.");
            goInstead(paths.contacts);
          }}
          onClose={() => setLeaving(false)}
        />
      )}
    </>
  );
}

function Member({ member }: { readonly member: GroupInfo["members"][number] }) {
  const { userId, name, isMe, isContact, verified } = member;
  const state = isMe ? "you" : isContact ? "a contact" : "no contact of yours; tap with them";
  const face = (
    <>
      <Avatar name={name} photo={null} />
      <span class="person-who">
        <span class="person-name">{isMe ? name || "You" : name}</span>
        <span class="person-more">{state}</span>
      </span>
      {!verified && <span class="tag">Not verified</span>}
    </>
  );
  return (
    <li>
      {isContact ? (
        <a class="person" href={paths.contact(userId)}>
          {face}
          <Icon name="forward" />
        </a>
      ) : (
        <span class="person">{face}</span>
      )}
    </li>
  );
}
