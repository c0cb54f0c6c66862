// Quiet lines above the content: someone asks to become a contact. They wait for days; put off, they stay under the
// contacts.

import { AboveSheet } from "../components/AboveSheet.tsx";
import { useAnswersFocus } from "../components/answersFocus.ts";
import { FoldedLine } from "../components/FoldedLine.tsx";
import { useSteadyAnswers } from "../components/steadyAnswers.ts";
import { useStore } from "../store.ts";
import { NARROW, useIsCramped, useMedia } from "../windowRoom.ts";
import { askerName, contactRequests } from "./contactRequests.ts";
import { WaitingRequest } from "./WaitingRequest.tsx";

/** The others come as these are answered. */
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
  const place = useAnswersFocus();
  useSteadyAnswers(place);
  const isCramped = useIsCramped();
  const most = useMedia(NARROW) ? 1 : MOST;
  const shown = waiting.filter(({ requestId }) => !later.includes(requestId));
  const [first] = shown;
  return (
    <div ref={place} class="requests-waiting" role="status">
      {isCramped && first !== undefined ? (
        <FoldedLine what="who asks to become a contact">
          {shown.length === 1
            ? `${askerName(first)} asks to become a contact.`
            : `${shown.length} ask to become contacts.`}
        </FoldedLine>
      ) : (
        shown.slice(0, most).map((request) => (
          <div key={request.requestId} class="banner asks" data-kind="meeting">
            <WaitingRequest
              request={request}
              onLater={() => contactRequests.putOff(request.requestId)}
            />
          </div>
        ))
      )}
    </div>
  );
}
