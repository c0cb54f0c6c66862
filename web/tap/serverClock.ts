// By how much the server's clock is ahead of this device's, as this device's own tickets tell.

import { useEffect, useState } from "preact/hooks";
import { readScanned } from "../../shared/client/taps/scanned.ts";
import { session } from "../session.ts";

/** Milliseconds; null until it is known, and where it cannot be. */
export function useServerOffset(): number | null {
  const [offset, setOffset] = useState<number | null>(null);
  useEffect(() => {
    session.acquaint.taps.ticket().then(
      ({ url, expiresAt }) => {
        const own = readScanned(url);
        if (own?.kind === "ticket") setOffset(own.expiresAt - expiresAt);
      },
      () => {},
    );
  }, []);
  return offset;
}
