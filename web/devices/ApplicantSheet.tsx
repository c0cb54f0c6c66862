// A new device asks to be let in. It has proven that it was told the code; whether its owner holds it, only its
// owner knows.

import type { Applicant } from "../../shared/client/index.ts";
import { momentText } from "../clock.ts";
import { Heading } from "../components/Heading.tsx";
import { Icon } from "../components/Icon.tsx";
import { Sheet } from "../components/Sheet.tsx";
import { useStore } from "../store.ts";
import { applicantName, ownDevices } from "./ownDevices.ts";

interface ApplicantSheetProps {
  readonly applicant: Applicant;
  /** How many wait besides. */
  readonly more: number;
}

export function ApplicantSheet({ applicant, more }: ApplicantSheetProps) {
  const { isBusy, problem } = useStore(ownDevices.store, (state) => state);
  const { userId, name, at } = applicant;
  const title = `${applicantName(name)} wants to join your account`;
  return (
    <Sheet label={title} onEscape={() => ownDevices.putAside(userId)}>
      <div class="request-who">
        <span class="device-icon">
          <Icon name="device" />
        </span>
        <div>
          <Heading level={2} subject={userId}>
            {title}
          </Heading>
          <p class="lead">Asked {momentText(at)}</p>
        </div>
      </div>
      <p class="lead">
        Go on only if that device is in front of you, and says that it waits for you. It will read
        your messages, write in your name and see your contacts. Your contacts are told that you
        have added a device.
      </p>
      {problem !== null && (
        <p class="remark" data-kind="warning" role="alert">
          {problem}
        </p>
      )}
      <div class="request-actions">
        <button
          type="button"
          class="button primary"
          disabled={isBusy}
          onClick={() => void ownDevices.admit(applicant)}
        >
          {isBusy ? "One moment…" : "Add this device"}
        </button>
        <button
          type="button"
          class="button quiet"
          disabled={isBusy}
          onClick={() => ownDevices.putAside(userId)}
        >
          Later
        </button>
        <button
          type="button"
          class="button quiet danger"
          disabled={isBusy}
          onClick={() => void ownDevices.refuse(applicant)}
        >
          Refuse
        </button>
      </div>
      {more > 0 && (
        <p class="lead" role="status">
          {more === 1 ? "One more device waits." : `${more} more devices wait.`}
        </p>
      )}
    </Sheet>
  );
}
