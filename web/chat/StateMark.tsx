// How far an own message has come: a sign, and the word for it.

import type { MessageRecord } from "../../shared/client/index.ts";
import { ChatIcon } from "./ChatIcon.tsx";
import { STATES } from "./words.ts";

export function StateMark({ state }: { readonly state: NonNullable<MessageRecord["state"]> }) {
  return (
    <span class="state-mark" data-state={state} title={STATES[state]}>
      <ChatIcon name={state === "read" ? "delivered" : state} />
      <span class="unseen">{STATES[state]}</span>
    </span>
  );
}
