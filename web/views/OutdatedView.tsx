// A newer version of the page runs in another window and has taken over what is kept. Not loaded on demand: the
// server may have no parts of this version any more.

import { useEffect } from "preact/hooks";
import { Heading } from "../components/Heading.tsx";
import { setTitle } from "../title.ts";

export function OutdatedView() {
  useEffect(() => {
    setTitle("Load this page again");
  }, []);
  return (
    <main class="welcome">
      <Heading>There is a newer version</Heading>
      <p class="lead">
        It is open in another window. Load this page again to go on here, too. Nothing that you have
        sent is lost.
      </p>
      <div class="actions">
        <button type="button" class="button primary" onClick={() => location.reload()}>
          Load again
        </button>
      </div>
    </main>
  );
}
