// Quiet lines above the content: someone asks to become a contact. They wait for days; put off, they stay under the
// contacts.

import { AboveSheet } from "../components/AboveSheet.tsx";
import { useAnswersFocus } from "../components/answersFocus.ts";
import { useStore } from "../store.ts";
import { contactRequests } from "./contactRequests.ts";
import { WaitingRequest } from "./WaitingRequest.tsx";

/** The others are under the contacts. */
const MOST = 2;

export function ContactRequestBanners() {
  return (
    <AboveSheet>
      <Banners />
    </AboveSheet>
  );
}

function Banners() {
  const { waiting, later } = useStore(contactRequests.store, (state) => state);
  const shown = waiting.filter(({ requestId }) => !later.includes(requestId));
  return (
    <div ref={useAnswersFocus()} role="status">
      {shown.slice(0, MOST).map((request) => (
        <div key={request.requestId} class="banner asks" data-kind="meeting">
          <WaitingRequest
            request={request}
            onLater={() => contactRequests.putOff(request.requestId)}
          />
        </div>
      ))}
    </div>
  );
}
