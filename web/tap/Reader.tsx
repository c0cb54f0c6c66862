// The viewfinder that reads the codes of others, and NFC beside it where the browser has that.

import { Scanner } from "../scanning/Scanner.tsx";
import { useHasNetwork } from "../online.ts";
import { useSession } from "../session.ts";
import { read, type ReadTicket } from "./reading.ts";
import { touches } from "./touches.ts";

interface ReaderProps {
  readonly onTicket: (ticket: ReadTicket) => void;
}

export function Reader({ onTicket }: ReaderProps) {
  const isOffline = useSession((state) => state.connection === "offline");
  const hasNetwork = useHasNetwork();
  return (
    <section class="tap-reader" aria-label="Their code">
      {isOffline || !hasNetwork ? (
        <div class="tap-off">
          <p>No connection. Scanning needs one; your own code does not. Let them scan yours.</p>
        </div>
      ) : (
        <Scanner
          isInline
          isContinuous
          label="Scan their code"
          refusal="This QR code has nothing to do with this page."
          onText={(text) => takeText(text, onTicket)}
        />
      )}
    </section>
  );
}

/** Takes what was read, whichever way; false for what it has no use for. */
export function takeText(text: string, onTicket: (ticket: ReadTicket) => void): boolean {
  const reading = read(text);
  if (reading?.is === "refused") touches.refuse(reading.title, reading.advice);
  if (reading?.is === "ticket") onTicket(reading.ticket);
  return reading !== null;
}
