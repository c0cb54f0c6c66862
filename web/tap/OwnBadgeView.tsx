// One's own badge: a code to wear or to hand out, which leads whoever reads it to a request that one approves. It is
// printed, written to a tag, replaced, and revoked.

import "../styles/badge.css";
import { useEffect, useState } from "preact/hooks";
import type { OwnBadge } from "../../shared/client/index.ts";
import { notify } from "../announcements.ts";
import { dayText } from "../clock.ts";
import { Heading } from "../components/Heading.tsx";
import { Icon } from "../components/Icon.tsx";
import { QrCode } from "../components/QrCode.tsx";
import { problemText } from "../problems.ts";
import { paths } from "../router.ts";
import { session, useSession } from "../session.ts";
import { canShare, copy, share } from "../sharing.ts";
import { ConfirmSheet } from "./ConfirmSheet.tsx";
import { TagButton } from "./TagButton.tsx";
import { TapIcon } from "./TapIcon.tsx";

/** A longer name is set smaller, to fit on paper. */
const LONG_CHARS = 22;

export function OwnBadgeView() {
  // Undefined until it is known.
  const [badge, setBadge] = useState<OwnBadge | null | undefined>(undefined);
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const read = () => {
    setProblem(null);
    session.acquaint.badges.own().then(setBadge, (error: unknown) => {
      setProblem(problemText(error));
    });
  };
  useEffect(read, []);
  const make = async () => {
    setBusy(true);
    setProblem(null);
    try {
      setBadge(await session.acquaint.badges.create());
    } catch (error) {
      setProblem(problemText(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div class="page badge">
      <a class="back" href={paths.you}>
        <Icon name="back" /> You
      </a>
      <Heading subject={badge === null ? "none" : (badge?.url ?? "")}>Your badge</Heading>
      {problem !== null && (
        <p class="remark" data-kind="warning" role="alert">
          {problem}{" "}
          {badge === undefined && (
            <button type="button" class="tool" onClick={read}>
              Try again
            </button>
          )}
        </p>
      )}
      {badge === undefined && problem === null && (
        <p class="remark" role="status">
          Looking for it…
        </p>
      )}
      {badge === null && (
        <>
          <p class="lead">
            A code to wear at a conference, or to put on a card or a sticker. Whoever reads it can
            ask to become a contact; nobody becomes one before you say yes.
          </p>
          <ul class="points">
            <li>It does not run out. You see how many have asked by it.</li>
            <li>It shows your handle, if you have one, and the id of your account.</li>
            <li>You can replace or revoke it at any time; the old one is then of no use.</li>
          </ul>
          <div class="actions">
            <button
              type="button"
              class="button primary"
              disabled={isBusy}
              onClick={() => void make()}
            >
              {isBusy ? "Making it…" : "Make a badge"}
            </button>
          </div>
        </>
      )}
      {badge && <Badge badge={badge} onBadge={setBadge} />}
    </div>
  );
}

interface BadgeProps {
  readonly badge: OwnBadge;
  readonly onBadge: (badge: OwnBadge | null) => void;
}

function Badge({ badge, onBadge }: BadgeProps) {
  const [asks, setAsks] = useState<"replace" | "revoke" | null>(null);
  const { url, uses, createdAt } = badge;
  const { badges } = session.acquaint;
  return (
    <>
      <NameBadge url={url} />
      <p class="badge-uses">
        Made {dayText(createdAt)}. {usesText(uses)}
      </p>
      <div class="actions">
        <button type="button" class="button primary" onClick={() => print()}>
          <TapIcon name="print" /> Print
        </button>
        <TagButton url={url} />
        {canShare && (
          <button
            type="button"
            class="button quiet"
            onClick={() => void share("Meet me on Acquaint", url)}
          >
            <Icon name="share" /> Share
          </button>
        )}
        <button type="button" class="button quiet" onClick={() => void copy(url, "The link")}>
          <Icon name="link" /> Copy link
        </button>
      </div>
      <section aria-labelledby="badge-other">
        <h2 id="badge-other">If it gets into the wrong hands</h2>
        <p class="field-help">
          Nobody becomes a contact without your yes. Should too many ask, a new badge makes all
          copies of this one useless.
        </p>
        <div class="actions">
          <button type="button" class="button quiet" onClick={() => setAsks("replace")}>
            Replace it
          </button>
          <button type="button" class="button quiet danger" onClick={() => setAsks("revoke")}>
            <Icon name="trash" /> Revoke it
          </button>
        </div>
      </section>
      {asks === "replace" && (
        <ConfirmSheet
          title="Replace your badge?"
          text="What you have printed, written to tags or sent so far no longer works. Requests that wait stay."
          yes="Replace it"
          no="Keep it"
          work={async () => {
            onBadge(await badges.create());
            notify("You have a new badge. The old one no longer works.");
          }}
          onClose={() => setAsks(null)}
        />
      )}
      {asks === "revoke" && (
        <ConfirmSheet
          title="Revoke your badge?"
          text="Nobody can ask you by it any more, whoever has a copy. You can make another one later."
          yes="Revoke it"
          no="Keep it"
          work={async () => {
            await badges.revoke();
            onBadge(null);
            notify("Your badge is revoked.");
          }}
          onClose={() => setAsks(null)}
        />
      )}
    </>
  );
}

/** What is seen on the screen, and alone on paper. */
function NameBadge({ url }: { readonly url: string }) {
  const me = useSession((state) => state.me);
  const name = me?.name ?? "";
  const handle = me?.handle ?? null;
  return (
    <div
      class="name-badge"
      data-bare={name === "" && handle === null}
      data-length={name.length > LONG_CHARS ? "long" : "usual"}
    >
      <div class="name-badge-who">
        {name !== "" && <p class="name-badge-name">{name}</p>}
        {handle !== null && <p class="name-badge-handle">@{handle}</p>}
      </div>
      <QrCode text={url} label="QR code of your badge" />
    </div>
  );
}

function usesText(uses: number): string {
  if (uses === 0) return "Nobody has asked by it yet.";
  return uses === 1 ? "One person has asked by it." : `${uses} people have asked by it.`;
}
