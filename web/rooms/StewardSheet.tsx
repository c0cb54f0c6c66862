// Looking after a room: who waits to be let in, the lock, its link, what it is called, who is banned, what was reported,
// and its end. Moderators have a part of it.

import { useEffect, useState } from "preact/hooks";
import { notify } from "../announcements.ts";
import { Heading } from "../components/Heading.tsx";
import { Icon } from "../components/Icon.tsx";
import { Sheet } from "../components/Sheet.tsx";
import { session } from "../session.ts";
import { useStore } from "../store.ts";
import { ConfirmSheet } from "../tap/ConfirmSheet.tsx";
import { ArrangeForm } from "./ArrangeForm.tsx";
import { Bans } from "./Bans.tsx";
import { Knocking } from "./Knocking.tsx";
import { LinkPart } from "./LinkPart.tsx";
import { Reports } from "./Reports.tsx";
import { CheckLine } from "./CheckLine.tsx";
import { RoomIcon } from "./RoomIcon.tsx";
import type { Stay } from "./stay.ts";
import { stays } from "./stays.ts";
import { Problem, useWork } from "./work.tsx";

interface StewardSheetProps {
  readonly stay: Stay;
  readonly onClose: () => void;
}

type Step = "menu" | "arrange" | "bans" | "reports" | "close";

const TITLES: Readonly<Record<Exclude<Step, "close">, string>> = {
  menu: "Look after the room",
  arrange: "Change the room",
  bans: "Banned",
  reports: "Reports",
};

export function StewardSheet({ stay, onClose }: StewardSheetProps) {
  const [step, setStep] = useState<Step>("menu");
  if (step === "close") {
    return (
      <ConfirmSheet
        title="Close the room for everybody?"
        text="All are sent out, and nothing of it is kept. This cannot be undone."
        yes="Close the room"
        no="No"
        work={async () => {
          await session.acquaint.rooms.close(stay.roomId);
          notify(`${stay.title} is closed.`);
          await stays.leave(stay).catch(() => {});
        }}
        onNo={() => setStep("menu")}
        onClose={onClose}
      />
    );
  }
  const back = () => setStep("menu");
  return (
    <Sheet label={TITLES[step]} onEscape={step === "menu" ? onClose : back}>
      {step !== "menu" && (
        <button type="button" class="back sheet-back" onClick={back}>
          <Icon name="back" /> Back
        </button>
      )}
      <Heading level={2} subject={step}>
        {TITLES[step]}
      </Heading>
      {step === "menu" && <Menu stay={stay} onStep={setStep} />}
      {step === "arrange" && <ArrangeForm stay={stay} onDone={back} />}
      {step === "bans" && <Bans stay={stay} />}
      {step === "reports" && <Reports stay={stay} />}
      {step === "menu" && (
        <div class="actions sheet-foot">
          <button type="button" class="button quiet" onClick={onClose}>
            Done
          </button>
        </div>
      )}
    </Sheet>
  );
}

function Menu({ stay, onStep }: { readonly stay: Stay; readonly onStep: (step: Step) => void }) {
  const { room, me, knocking, reports } = useStore(stay.store, (all) => all);
  const { isBusy, problem, run } = useWork();
  /** What the lock is to be, until the room says that it is. */
  const [wanted, setWanted] = useState<boolean | null>(null);
  const isLocked = room?.isLocked === true;
  useEffect(() => setWanted(null), [isLocked]);
  if (room === null) return null;
  const isOwner = me?.role === "owner";
  const setLocked = async (isToBe: boolean) => {
    setWanted(isToBe);
    const isSet = await run(() =>
      session.acquaint.rooms.arrange(stay.roomId, { isLocked: isToBe }),
    );
    if (!isSet) setWanted(null);
  };
  return (
    <>
      {knocking.length > 0 && (
        <section class="stack-small" aria-label="Waiting to be let in">
          <Knocking stay={stay} most={Infinity} onMore={() => {}} />
        </section>
      )}
      <LinkPart stay={stay} isOwner={isOwner} />
      <CheckLine
        label="Locked"
        help="Nobody new comes in. Whoever is in stays."
        isOn={wanted ?? isLocked}
        isDisabled={isBusy}
        onChange={(isOn) => void setLocked(isOn)}
      />
      <Problem text={problem} />
      <ul class="acts" role="list">
        {isOwner && (
          <li>
            <button type="button" class="act" onClick={() => onStep("arrange")}>
              <RoomIcon name="steward" /> Title, topic, who may join
              <Icon name="forward" />
            </button>
          </li>
        )}
        <li>
          <button type="button" class="act" onClick={() => onStep("reports")}>
            <RoomIcon name="report" /> Reports
            {reports > 0 && <span class="count">{reports}</span>}
            <Icon name="forward" />
          </button>
        </li>
        <li>
          <button type="button" class="act" onClick={() => onStep("bans")}>
            <RoomIcon name="block" /> Banned
            <Icon name="forward" />
          </button>
        </li>
        {isOwner && (
          <li>
            <button type="button" class="act danger" onClick={() => onStep("close")}>
              <Icon name="close" /> Close the room for everybody
            </button>
          </li>
        )}
      </ul>
    </>
  );
}
