// Who is in the room: with what they are in it, and whether they are here, away or aside. A long list is found in by name.

import { Component } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { Member } from "../../shared/client/index.ts";
import { Avatar } from "../components/Avatar.tsx";
import { Icon } from "../components/Icon.tsx";
import { useSession } from "../session.ts";
import { useStore } from "../store.ts";
import { LinkPart } from "./LinkPart.tsx";
import { marksOf } from "./marks.ts";
import type { Stay } from "./stay.ts";
import { countText, occupancyText, plain, ROLES } from "./words.ts";

/** From so many on there is a field to find somebody in. */
const MANY = 12;
const MOST_SHOWN = 100;

interface PeopleProps {
  readonly stay: Stay;
  readonly onPerson: (userId: string) => void;
}

export function People({ stay, onPerson }: PeopleProps) {
  const { members, messages, room, me } = useStore(stay.store, (all) => all);
  const [wanted, setWanted] = useState("");
  const found = useMemo(() => {
    const words = wanted.toLocaleLowerCase().trim();
    if (words === "") return members;
    return members.filter(({ name, handle }) =>
      `${plain(name)} @${handle ?? ""}`.toLocaleLowerCase().includes(words),
    );
  }, [members, wanted]);
  const more = found.length - MOST_SHOWN;
  const contacts = useSession((all) => all.contacts);
  const marks = useMemo(
    () => marksOf(members, contacts, me?.userId ?? ""),
    [members, contacts, me?.userId],
  );
  return (
    <>
      <h2 class="people-title">
        People{" "}
        <span class="people-count">{occupancyText(members.length, room?.capacity ?? 0)}</span>
      </h2>
      {members.length >= MANY && (
        <label class="search">
          <Icon name="search" />
          <span class="unseen">Find somebody in the room</span>
          <input
            type="search"
            placeholder="Find somebody"
            autocomplete="off"
            value={wanted}
            onInput={(event) => setWanted(event.currentTarget.value)}
          />
        </label>
      )}
      {found.length === 0 && <p class="remark">Nobody here is called “{wanted}”.</p>}
      <ul class="people room-members" role="list">
        {found.slice(0, MOST_SHOWN).map((member) => (
          <PersonRow
            key={member.seat}
            member={member}
            isMe={member.userId === me?.userId}
            mark={marks.get(member.userId)}
            onPerson={onPerson}
          />
        ))}
      </ul>
      {more > 0 && (
        <p class="field-help">And {countText(more, "other")}. Find them by name above.</p>
      )}
      {/* In front of an empty talk one has it there. */}
      {(members.length > 1 || messages.length > 0) && room?.kind === "room" && (
        <LinkPart stay={stay} isOwner={me?.role === "owner"} isBrief />
      )}
    </>
  );
}

interface PersonRowProps {
  readonly member: Member;
  readonly isMe: boolean;
  /** What tells them from others of that name. */
  readonly mark: string | undefined;
  readonly onPerson: (userId: string) => void;
}

class PersonRow extends Component<PersonRowProps> {
  override shouldComponentUpdate(next: PersonRowProps): boolean {
    const { member, isMe, mark } = this.props;
    return next.member !== member || next.isMe !== isMe || next.mark !== mark;
  }

  override render({ member, isMe, mark, onPerson }: PersonRowProps) {
    const { userId, handle, role } = member;
    const name = plain(member.name);
    const face = (
      <>
        <Avatar name={name} photo={null} />
        <span class="person-who">
          <span class="person-name">
            <bdi>{name}</bdi>
          </span>
          <span class="person-more">
            {[isMe && "you", handle && `@${handle}`, mark, ROLES[role]].filter(Boolean).join(" · ")}
          </span>
        </span>
        <States member={member} />
      </>
    );
    return (
      <li data-away={member.isAway === true}>
        {isMe ? (
          <span class="person">{face}</span>
        ) : (
          <button
            type="button"
            class="person"
            aria-haspopup="dialog"
            onClick={() => onPerson(userId)}
          >
            {face}
          </button>
        )}
      </li>
    );
  }
}

export function States({ member: { isAway, isAside } }: { readonly member: Member }) {
  return (
    <>
      {isAside && <span class="tag">aside</span>}
      {isAway && (
        <span class="tag" data-kind="away">
          away
        </span>
      )}
    </>
  );
}
