// What stands below the list of contacts: who asks to become one, whom one has asked, and the groups.

import "../styles/touches.css";
import { dayText } from "../clock.ts";
import { Icon } from "../components/Icon.tsx";
import { paths } from "../router.ts";
import { useStore } from "../store.ts";
import { contactRequests } from "./contactRequests.ts";
import { groupTitle, useGroups } from "./groups.ts";
import { TapIcon } from "./TapIcon.tsx";
import { WaitingRequest } from "./WaitingRequest.tsx";

export function ContactsMore() {
  const { waiting, asked, later, busy } = useStore(contactRequests.store, (state) => state);
  const { groups } = useGroups();
  const putOff = waiting.filter(({ requestId }) => later.includes(requestId));
  return (
    <>
      {putOff.length > 0 && (
        <section class="more" aria-labelledby="waiting-title">
          <h2 id="waiting-title">Wait for your answer</h2>
          {putOff.map((request) => (
            <div key={request.requestId} class="asks" data-kind="listed">
              <WaitingRequest request={request} />
            </div>
          ))}
        </section>
      )}
      {asked.length > 0 && (
        <section class="more" aria-labelledby="asked-title">
          <h2 id="asked-title">Asked by you</h2>
          <ul class="people" role="list">
            {asked.map((request) => (
              <li key={request.requestId} class="person">
                <span class="more-icon">
                  <TapIcon name="badge" />
                </span>
                <span class="person-who">
                  <span class="person-name">{contactRequests.nameOf(request.to)}</span>
                  <span class="person-more">
                    {request.via === "room" ? "in a room" : "by their badge"},{" "}
                    {dayText(request.createdAt)}
                  </span>
                </span>
                <button
                  type="button"
                  class="tool"
                  disabled={busy === request.requestId}
                  aria-label={`Withdraw the request to ${contactRequests.nameOf(request.to)}`}
                  onClick={() => void contactRequests.answer(request, "withdraw")}
                >
                  Withdraw
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      {groups !== null && groups.length > 0 && (
        <section class="more" aria-labelledby="groups-title">
          <h2 id="groups-title">Groups</h2>
          <ul class="people" role="list">
            {groups.map((group) => (
              <li key={group.groupId}>
                <a class="person" href={paths.group(group.groupId)}>
                  <span class="more-icon">
                    <TapIcon name="table" />
                  </span>
                  <span class="person-who">
                    <span class="person-name">{groupTitle(group)}</span>
                    <span class="person-more">
                      {group.members.length} people, {dayText(group.createdAt)}
                    </span>
                  </span>
                  <Icon name="forward" />
                </a>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
