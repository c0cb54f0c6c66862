// Someone's request to become a contact, and the answers to it.

import { type IncomingContactRequest, plainLine } from "../../shared/client/index.ts";
import { useStore } from "../store.ts";
import { askerName, contactRequests } from "./contactRequests.ts";

interface WaitingRequestProps {
  readonly request: IncomingContactRequest;
  readonly onLater?: () => void;
}

export function WaitingRequest({ request, onLater }: WaitingRequestProps) {
  const { requestId } = request;
  const name = askerName(request);
  const isBusy = useStore(contactRequests.store, (state) => state.busy) === requestId;
  const answers = [
    { label: "Approve", run: () => void contactRequests.answer(request, "approve") },
    { label: "Decline", run: () => void contactRequests.answer(request, "decline") },
    ...(onLater === undefined ? [] : [{ label: "Later", run: onLater }]),
    { label: "Block", run: () => void contactRequests.answer(request, "block") },
  ];
  return (
    <>
      <span class="asks-what">
        <strong>{name}</strong>{" "}
        {request.via === "room" ? (
          <>
            {request.handle !== null && `(@${request.handle}) `}was with you in{" "}
            {request.title === null ? "a room" : <bdi>{plainLine(request.title)}</bdi>} and asks to
            become a contact. Nobody has checked the name.
          </>
        ) : (
          "has read your badge and asks to become a contact. Only the server says who it is."
        )}
      </span>
      <span class="banner-actions asks-actions">
        {answers.map(({ label, run }) => (
          <button
            key={label}
            type="button"
            class="banner-action"
            disabled={isBusy}
            aria-label={`${label}: ${name}`}
            onClick={run}
          >
            {label}
          </button>
        ))}
      </span>
    </>
  );
}
