// Somebody in the room, and what can be done with them: step aside, become contacts, keep away from them; and for those
// who look after the room, remove, ban, appoint.

import { useState } from "preact/hooks";
import type { Member } from "../../shared/client/index.ts";
import { Avatar } from "../components/Avatar.tsx";
import { Heading } from "../components/Heading.tsx";
import { Icon } from "../components/Icon.tsx";
import { Sheet } from "../components/Sheet.tsx";
import { paths } from "../router.ts";
import { session, useSession } from "../session.ts";
import { useStore } from "../store.ts";
import { contactRequests } from "../tap/contactRequests.ts";
import { ConfirmSheet } from "../tap/ConfirmSheet.tsx";
import { States } from "./People.tsx";
import { personActs, type PersonAct } from "./personActs.ts";
import { ReportForm } from "./ReportForm.tsx";
import { RoomIcon } from "./RoomIcon.tsx";
import type { Stay } from "./stay.ts";
import { stays } from "./stays.ts";
import { useMark } from "./useMark.ts";
import { plain, ROLES } from "./words.ts";
import { Problem, useWork } from "./work.tsx";

interface PersonSheetProps {
  readonly stay: Stay;
  readonly userId: string;
  readonly onClose: () => void;
}

export function PersonSheet({ stay, userId, onClose }: PersonSheetProps) {
  const { members, me, room } = useStore(stay.store, (all) => all);
  const [step, setStep] = useState<"menu" | "report" | PersonAct>("menu");
  const member = members.find((one) => one.userId === userId) ?? null;
  // Who has just been removed or has left is still called by the name.
  const [name] = useState(() => stay.nameOf(userId) ?? session.nameOf(userId));
  const mark = useMark(stay, userId);
  if (step === "report") {
    return (
      <Sheet label={`Report ${name}`} onEscape={() => setStep("menu")}>
        <ReportForm
          stay={stay}
          userId={userId}
          name={name}
          onBack={() => setStep("menu")}
          onDone={onClose}
        />
      </Sheet>
    );
  }
  if (step !== "menu") {
    return (
      <ConfirmSheet
        title={step.title}
        text={step.text}
        yes={step.yes}
        no="No"
        isDanger={step.isDanger}
        work={step.work}
        onNo={() => setStep("menu")}
        onClose={onClose}
      />
    );
  }
  return (
    <Sheet label={name} onEscape={onClose}>
      <div class="person-head">
        <Avatar name={name} photo={null} size="large" />
        <div>
          <Heading level={2} subject={userId}>
            <bdi>{name}</bdi>
          </Heading>
          <p class="person-facts">
            {[mark, member === null ? "is not in the room now" : factsOf(member)]
              .filter(Boolean)
              .join(" · ")}
          </p>
          {member !== null && (
            <p class="person-states">
              <States member={member} />
            </p>
          )}
        </div>
      </div>
      <p class="field-help">
        {member?.handle
          ? "The name is what they call themselves here. The handle is theirs alone, as the server says."
          : "The name is what they call themselves here; nobody has checked it."}
      </p>
      {member !== null && room?.kind !== "pair" && (
        <Aside stay={stay} member={member} me={me} name={name} onDone={onClose} />
      )}
      {/* What comes of asking is told aloud, too. */}
      <div class="acquaintance" role="status">
        <Acquaintance stay={stay} userId={userId} name={name} isHere={member !== null} />
      </div>
      <ul class="acts" role="list">
        {personActs({ stay, userId, name, member, me }).map((act) => (
          <li key={act.label}>
            <button
              type="button"
              class={`act ${act.isDanger ? "danger" : ""}`}
              onClick={() => setStep(act)}
            >
              <RoomIcon name={act.icon} /> {act.label}
            </button>
          </li>
        ))}
        <li>
          <button type="button" class="act" onClick={() => setStep("report")}>
            <RoomIcon name="report" /> Report
          </button>
        </li>
      </ul>
      <div class="actions sheet-foot">
        <button type="button" class="button quiet" onClick={onClose}>
          Close
        </button>
      </div>
    </Sheet>
  );
}

function factsOf({ handle, role }: Member): string {
  return [handle && `@${handle}`, ROLES[role]].filter(Boolean).join(" · ");
}

interface AsideProps {
  readonly stay: Stay;
  readonly member: Member;
  readonly me: Member | null;
  readonly name: string;
  readonly onDone: () => void;
}

function Aside({ stay, member, me, name, onDone }: AsideProps) {
  const { invitations } = useStore(stay.store, (all) => all);
  const { isBusy, problem, run } = useWork();
  const isAsked = invitations.some(({ to }) => to === member.userId);
  const reason =
    me?.isAside === true
      ? "You are aside with somebody already."
      : member.isAside === true
        ? `${name} is aside with somebody just now.`
        : member.isAway === true
          ? `${name} has lost the connection just now.`
          : isAsked
            ? `${name} is asked, and has half a minute to answer.`
            : null;
  const invite = async () => {
    if (await run(() => stays.invite(stay, member.userId))) onDone();
  };
  return (
    <div class="stack-small">
      <button
        type="button"
        class="button primary"
        disabled={reason !== null || isBusy}
        onClick={() => void invite()}
      >
        <RoomIcon name="aside" /> {isBusy ? "Asking…" : "Step aside together"}
      </button>
      <p class="field-help">
        {reason ?? "A room for the two of you. You keep your places here, and come back to them."}
      </p>
      <Problem text={problem} />
    </div>
  );
}

interface AcquaintanceProps {
  readonly stay: Stay;
  readonly userId: string;
  readonly name: string;
  readonly isHere: boolean;
}

/** Becoming contacts: what it stands at, and the next step. */
function Acquaintance({ stay, userId, name, isHere }: AcquaintanceProps) {
  const contact = useSession((state) => state.contacts).find((one) => one.userId === userId);
  const { asked, waiting, busy } = useStore(contactRequests.store, (state) => state);
  const { isBusy, problem, run } = useWork();
  const own = asked.find(({ to }) => to === userId);
  const theirs = waiting.find(({ from }) => from === userId);
  if (contact !== undefined) {
    return (
      <a class="button quiet" href={paths.contact(userId)}>
        <Icon name="card" /> {plain(contact.name)} is in your contacts
      </a>
    );
  }
  if (theirs !== undefined) {
    return (
      <button
        type="button"
        class="button quiet"
        disabled={busy === theirs.requestId}
        onClick={() => void contactRequests.answer(theirs, "approve")}
      >
        <Icon name="contacts" /> Become contacts, as they have asked
      </button>
    );
  }
  if (own !== undefined) {
    return (
      <div class="asked-line">
        <p>You have asked {name} to become contacts. They answer when they like.</p>
        <button
          type="button"
          class="tool"
          disabled={busy === own.requestId}
          onClick={() => void contactRequests.answer(own, "withdraw")}
        >
          Withdraw
        </button>
      </div>
    );
  }
  if (!isHere) return null;
  return (
    <div class="stack-small">
      <button
        type="button"
        class="button quiet"
        disabled={isBusy}
        onClick={() =>
          void run(async () => {
            contactRequests.learnName(userId, name);
            await session.acquaint.rooms.ask(stay.roomId, userId);
            contactRequests.read();
          })
        }
      >
        <Icon name="contacts" /> {isBusy ? "Asking…" : "Ask to become contacts"}
      </button>
      <Problem text={problem} />
    </div>
  );
}
