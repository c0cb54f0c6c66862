// Someone's badge: whose it is, and asking them to become contacts. They are asked, whenever they come to it.

import "../styles/badge.css";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type FoundBadge, ProblemError } from "../../shared/client/index.ts";
import { dayText } from "../clock.ts";
import { Avatar } from "../components/Avatar.tsx";
import { CardPicker } from "../components/CardPicker.tsx";
import { Ended } from "../components/Failure.tsx";
import { Heading } from "../components/Heading.tsx";
import { Icon } from "../components/Icon.tsx";
import { MeetingMark } from "../components/MeetingMark.tsx";
import { problemText } from "../problems.ts";
import { go, paths } from "../router.ts";
import { session, useSession } from "../session.ts";
import { useStore } from "../store.ts";
import { contactRequests } from "./contactRequests.ts";

export function BadgeView({ token }: { readonly token: string | null }) {
  const url = `${location.origin}/${paths.badge(token ?? "")}`;
  const [badge, setBadge] = useState<FoundBadge | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const find = () => {
    setProblem(null);
    session.acquaint.badges.find(url).then((found) => {
      if (found.handle !== null) contactRequests.learnName(found.userId, `@${found.handle}`);
      setBadge(found);
    }, setProblem);
  };
  useEffect(find, [url]);
  if (problem !== null) return <NotFound problem={problem} onAgain={find} />;
  if (badge === null) {
    return (
      <section class="page outcome" aria-busy="true">
        <MeetingMark closeness="alone" />
        <Heading>A badge</Heading>
        <p class="lead" role="status">
          Looking whose it is…
        </p>
      </section>
    );
  }
  return <Found badge={badge} url={url} />;
}

interface FoundProps {
  readonly badge: FoundBadge;
  readonly url: string;
}

function Found({ badge, url }: FoundProps) {
  const { userId, handle } = badge;
  const me = useSession((state) => state.me);
  const contacts = useSession((state) => state.contacts);
  const { asked, busy } = useStore(contactRequests.store, (state) => state);
  const [isAsking, setAsking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const contact = contacts.find((one) => one.userId === userId) ?? badge.contact;
  const request = asked.find(({ to }) => to === userId);
  const name = handle === null ? session.nameOf(userId) : `@${handle}`;
  const ask = async () => {
    setAsking(true);
    setProblem(null);
    try {
      await session.acquaint.badges.ask(url);
      contactRequests.read();
    } catch (error) {
      setProblem(problemText(error));
    } finally {
      setAsking(false);
    }
  };
  if (userId === me?.userId) {
    return (
      <Told closeness="alone" title="This is your own badge" text="Others see who you are here.">
        <a class="button primary" href={paths.ownBadge}>
          Show my badge
        </a>
      </Told>
    );
  }
  if (contact !== null) {
    const title = `You and ${contact.name} are contacts`;
    return (
      <Told closeness="joined" title={title} text="There is nothing to ask.">
        <a class="button primary" href={paths.contact(userId)}>
          <Icon name="card" /> Show the contact
        </a>
      </Told>
    );
  }
  if (request !== undefined) {
    const text = `They can answer until ${dayText(request.expiresAt)}. You can close this page; you are told when they do.`;
    return (
      <Told closeness="near" title={`${name} is asked`} text={text}>
        <button
          type="button"
          class="button quiet"
          disabled={busy === request.requestId}
          onClick={() => void contactRequests.answer(request, "withdraw")}
        >
          Withdraw the request
        </button>
        <a class="button quiet" href={paths.meet}>
          Back
        </a>
      </Told>
    );
  }
  return (
    <section class="page outcome">
      <div class="badge-whose">
        <Avatar name={handle ?? "?"} photo={null} size="large" />
        <div>
          <Heading subject={userId}>{handle === null ? "Someone’s badge" : name}</Heading>
          <p class="badge-id">{userId}</p>
        </div>
      </div>
      <p class="lead">
        They will be asked, and see{" "}
        {me?.handle ? `that it is @${me.handle}` : "the id of your account"}. When they agree, you
        become contacts, and your names and cards go both ways.
      </p>
      {problem !== null && (
        <p class="remark" data-kind="warning" role="alert">
          {problem}
        </p>
      )}
      <div class="actions">
        <button type="button" class="button primary" disabled={isAsking} onClick={() => void ask()}>
          {isAsking ? "Asking…" : "Ask to become contacts"}
        </button>
        <a class="button quiet" href={paths.meet}>
          Not now
        </a>
      </div>
      <CardPicker />
    </section>
  );
}

interface ToldProps {
  readonly closeness: "alone" | "near" | "joined";
  readonly title: string;
  readonly text: string;
  readonly children: ComponentChildren;
}

function Told({ closeness, title, text, children }: ToldProps) {
  return (
    <section class="page outcome">
      <MeetingMark closeness={closeness} />
      <Heading subject={title}>{title}</Heading>
      <p class="lead">{text}</p>
      <div class="actions">{children}</div>
    </section>
  );
}

function NotFound({
  problem,
  onAgain,
}: {
  readonly problem: unknown;
  readonly onAgain: () => void;
}) {
  const isKnown = !(problem instanceof ProblemError && problem.code === "badge-unknown");
  const explanation = isKnown
    ? { title: "The badge cannot be read now", text: problemText(problem), waitSeconds: 0 }
    : {
        title: "This badge is no longer good",
        text: "Its owner has replaced or revoked it. Ask them for a new one, or meet in another way.",
        waitSeconds: 0,
      };
  return (
    <div class="page">
      <Ended
        explanation={explanation}
        again={isKnown ? "Try again" : "Other ways to meet"}
        onAgain={isKnown ? onAgain : () => go(paths.meet)}
        other={isKnown ? { label: "Other ways to meet", href: paths.meet } : null}
      />
    </div>
  );
}
