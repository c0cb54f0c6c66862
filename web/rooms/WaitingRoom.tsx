// In front of the door: somebody has to let one in, and the page waits.

import { useEffect } from "preact/hooks";
import { Heading } from "../components/Heading.tsx";
import { MeetingMark } from "../components/MeetingMark.tsx";
import { useStore } from "../store.ts";
import { setTitle } from "../title.ts";
import type { Stay } from "./stay.ts";
import { stays } from "./stays.ts";

export function WaitingRoom({ stay }: { readonly stay: Stay }) {
  const state = useStore(stay.store, (all) => all.state);
  useEffect(() => void setTitle("Waiting to be let in"), []);
  return (
    <section class="page outcome rooms" data-outcome="underway">
      <MeetingMark closeness="near" />
      <Heading subject="waiting">Waiting to be let in</Heading>
      <p class="lead" role="status">
        {state === "reconnecting" ? (
          "The connection is lost. You ask again as soon as it is back."
        ) : (
          <>
            Those who look after{" "}
            <strong>
              <bdi>{stay.title}</bdi>
            </strong>{" "}
            see that you would like to come in. Keep this page open; you can look around in it
            meanwhile.
          </>
        )}
      </p>
      <div class="actions">
        <button type="button" class="button quiet" onClick={() => void stays.leave(stay)}>
          Do not wait
        </button>
      </div>
    </section>
  );
}
