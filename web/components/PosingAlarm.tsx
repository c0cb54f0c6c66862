// The devices of a contact contradict what was known of them: nothing that seems to come from there can be trusted.

import { ChatIcon } from "../chat/ChatIcon.tsx";
import { paths } from "../router.ts";

interface PosingAlarmProps {
  readonly userId: string;
  readonly name: string;
}

export function PosingAlarm({ userId, name }: PosingAlarmProps) {
  return (
    <div class="chat-alarm" role="alert">
      <ChatIcon name="alarm" />
      <p>
        <strong>Someone may be posing as {name}.</strong> The devices of this account were changed
        without its signature. Nothing is sent to it any more. Ask {name} by voice what happened,
        then <a href={paths.askContact(userId)}>meet again by passphrase</a>.
      </p>
    </div>
  );
}
