// Two phones that touch: one's own code large, and beside it a viewfinder for the others'. What comes of a touch is
// shown while both go on, ready for the next person.

import "../styles/tap.css";
import { useEffect, useState } from "preact/hooks";
import { CardPicker } from "../components/CardPicker.tsx";
import { Heading } from "../components/Heading.tsx";
import { Icon } from "../components/Icon.tsx";
import { forgetLinkedCode, paths, useLinkedCode } from "../router.ts";
import { canShare, copy, share } from "../sharing.ts";
import { useStore } from "../store.ts";
import { Gathering } from "./Gathering.tsx";
import { LinkedTap } from "./LinkedTap.tsx";
import { EarlierTouches, MomentPanel } from "./MomentPanel.tsx";
import { NfcButton } from "./NfcButton.tsx";
import { OwnCode } from "./OwnCode.tsx";
import { Reader, takeText } from "./Reader.tsx";
import type { ReadTicket } from "./reading.ts";
import { TapIcon } from "./TapIcon.tsx";
import { touches } from "./touches.ts";
import { useTicket } from "./useTicket.ts";

export function TapView() {
  const linked = useLinkedCode("tap");
  if (linked !== null) return <LinkedTap ticket={linked} onDone={forgetLinkedCode} />;
  return <Screen />;
}

function Screen() {
  const [isSeveral, setSeveral] = useState(false);
  const show = (several: boolean) => {
    touches.show(null);
    setSeveral(several);
  };
  const earlier = useStore(touches.store, (state) => state.earlier);
  useEffect(() => touches.watch(), []);
  return (
    <div class="page tap">
      {isSeveral ? (
        <>
          <button type="button" class="back tap-back" onClick={() => show(false)}>
            <Icon name="back" /> Tap
          </button>
          <Heading subject="several">Several people</Heading>
        </>
      ) : (
        <div class="title-row">
          <Heading subject="one">Tap</Heading>
          <button type="button" class="tool" onClick={() => show(true)}>
            <Icon name="contacts" /> Several people
          </button>
        </div>
      )}
      {isSeveral ? <Gathering onTable={() => setSeveral(false)} /> : <OnePerson />}
      <EarlierTouches earlier={earlier} />
    </div>
  );
}

function OnePerson() {
  const own = useTicket();
  const moment = useStore(touches.store, (state) => state.moment);
  const { ticket } = own;
  // The same code stays in sight for many looks, and comes by camera and NFC alike.
  const [seen] = useState(() => new Set<string>());
  const take = async ({ url }: ReadTicket) => {
    if (seen.has(url)) return;
    seen.add(url);
    if (!(await touches.read(url))) seen.delete(url);
  };
  return (
    <>
      <div class="tap-stage">
        <OwnCode ticket={ticket} problem={own.problem} onAgain={own.tryAgain} />
        <Reader onTicket={(theirs) => void take(theirs)} />
      </div>
      <div class="moment-place">
        <MomentPanel moment={moment} />
      </div>
      <div class="tap-tools">
        <NfcButton onText={(text) => takeText(text, (theirs) => void take(theirs))} />
        {canShare && (
          <button
            type="button"
            class="tool"
            disabled={ticket === null}
            onClick={() => ticket && void share("Meet me on Acquaint", ticket.url)}
          >
            <Icon name="share" /> Share link
          </button>
        )}
        <button
          type="button"
          class="tool"
          disabled={ticket === null}
          onClick={() => ticket && void copy(ticket.url, "A link for one person, for a minute,")}
        >
          <Icon name="link" /> Copy link
        </button>
        <a class="tool" href={paths.ownBadge}>
          <TapIcon name="badge" /> Your badge
        </a>
      </div>
      <CardPicker />
    </>
  );
}
