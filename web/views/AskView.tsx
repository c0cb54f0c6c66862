// Asking someone to meet by a passphrase: the request in the making, waiting, and how it ended. What
// was filled in stays for the next try, unless it is used up.

import { useEffect, useState } from "preact/hooks";
import { type AskDraft, newDraft } from "../askDraft.ts";
import { AskForm } from "../components/AskForm.tsx";
import { AskWaiting } from "../components/AskWaiting.tsx";
import { Connected } from "../components/Connected.tsx";
import { Failure } from "../components/Failure.tsx";
import type { Progress } from "../progress.ts";
import { paths } from "../router.ts";
import { session, useSession } from "../session.ts";
import { useStore } from "../store.ts";

export function AskView({ userId }: { readonly userId: string | null }) {
  const { meetings, incoming } = session;
  const progress = useStore(meetings.store, (state) => state.progress);
  const hasContacts = useSession((state) => state.contacts).length > 0;
  const [draft, setDraft] = useState<AskDraft>(() =>
    isStranger(userId)
      ? { ...newDraft("handle", ""), handle: userId ?? "" }
      : newDraft(hasContacts ? "contact" : "anyone", userId ?? ""),
  );
  const mine = progress?.way === "ask" ? progress : null;
  useEffect(() => {
    if (userId !== null) {
      meetings.dismiss();
      incoming.forgetMissed(userId);
    }
    return () => meetings.dismiss();
  }, []);

  if (mine === null || mine.stage === "starting") {
    return <AskForm draft={draft} onChange={setDraft} isBusy={mine !== null} />;
  }
  if (mine.stage === "connected" && mine.contact !== null) {
    const { contact, card, cardProblem } = mine;
    return (
      <div class="page">
        <Connected contact={contact} card={card} cardProblem={cardProblem} />
      </div>
    );
  }
  const name = nameIn(mine);
  if (mine.stage === "failed") {
    const retry = (next: AskDraft) => {
      setDraft(next);
      meetings.dismiss();
    };
    return (
      <div class="page">
        <AskFailed progress={mine} name={name} draft={draft} onRetry={retry} />
      </div>
    );
  }
  return <AskWaiting progress={mine} name={name} since={sinceOf(mine, draft)} />;
}

interface AskFailedProps {
  readonly progress: Progress;
  readonly name: string | null;
  readonly draft: AskDraft;
  readonly onRetry: (draft: AskDraft) => void;
}

function AskFailed({ progress, name, draft, onRetry }: AskFailedProps) {
  const { reason, isAnswered } = progress;
  const again = () => onRetry(isAnswered ? { ...draft, passphrase: "" } : draft);
  const askElse = () => onRetry(newDraft(draft.target, ""));
  const shown = { ...progress, peer: name === null ? null : { name, userId: null } };
  if (reason === "refused") {
    return (
      <Failure
        progress={shown}
        again="Ask someone else"
        onAgain={askElse}
        other={{ label: "Ask again", onPress: again }}
      />
    );
  }
  const isNobody = reason === "unreachable";
  // Whoever does not wish to be asked is silent as well: a number reaches them all the same.
  const isSilent = reason === "timedOut" && !isAnswered && name !== null;
  return (
    <Failure
      progress={shown}
      again={isNobody ? "Change the name" : reason === null ? "Try again" : "Ask again"}
      onAgain={again}
      other={
        isNobody || isSilent
          ? { label: "Tell a number", onPress: () => onRetry({ ...draft, target: "anyone" }) }
          : reason === null
            ? { label: "Back", href: paths.meet }
            : { label: "Ask someone else", onPress: askElse }
      }
    />
  );
}

function isStranger(userId: string | null): boolean {
  const { contacts } = session.store.state;
  return userId !== null && !contacts.some((contact) => contact.userId === userId);
}

/** After a reload the page knows the one who was asked by the account alone. */
function nameIn({ peer, asked }: Progress): string | null {
  if (peer !== null) return peer.name;
  return asked?.to ? session.nameOf(asked.to) : null;
}

/** When the request was made; after a reload, by the times that most requests have. */
function sinceOf({ asked }: Progress, { t1 }: AskDraft): number {
  return (asked?.expiresAt ?? Date.now()) - Number(t1) * 1000;
}
