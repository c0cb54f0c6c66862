// Several people, scanned one after another into a list: then connected with one tap, or asked together to compare a
// phrase. A code that runs out meanwhile is scanned again and takes its old place.

import { useEffect, useState } from "preact/hooks";
import type { TappedPeer } from "../../shared/client/index.ts";
import { notify, speak } from "../announcements.ts";
import { Icon } from "../components/Icon.tsx";
import { paths } from "../router.ts";
import { session } from "../session.ts";
import { useStore } from "../store.ts";
import { Gathered } from "./Gathered.tsx";
import { MomentPanel } from "./MomentPanel.tsx";
import { SOMEONE } from "./nameList.ts";
import { NfcButton } from "./NfcButton.tsx";
import { tapProblem } from "./outcomes.ts";
import { Reader, takeText } from "./Reader.tsx";
import type { ReadTicket } from "./reading.ts";
import { useServerOffset } from "./serverClock.ts";
import { tables } from "./tables.ts";
import { TapIcon } from "./TapIcon.tsx";
import { touches } from "./touches.ts";

/** As many as one submission may hold. */
const MOST = 31;

export interface GatheredPerson {
  readonly ticket: ReadTicket;
  /** After they were submitted. */
  readonly peer: TappedPeer | null;
}

interface GatheringProps {
  /** All have been asked to the table, which is in a sheet of its own. */
  readonly onTable: () => void;
}

export function Gathering({ onTable }: GatheringProps) {
  const [people, setPeople] = useState<readonly GatheredPerson[]>([]);
  const [groupId, setGroupId] = useState<string | null>(null);
  const [busy, setBusy] = useState<"connecting" | "asking" | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const moment = useStore(touches.store, (state) => state.moment);
  const offset = useServerOffset() ?? 0;
  useEffect(() => touches.tellElsewhere(), []);
  const open = people.filter(({ peer }) => peer === null);
  const urls = open.map(({ ticket }) => ticket.url);

  const gather = (ticket: ReadTicket) => {
    if (urls.includes(ticket.url)) return;
    const isAgain = people.some((one) => isSame(one.ticket, ticket));
    if (!isAgain && people.length >= MOST) {
      notify(`A table has room for ${MOST} others. Connect these first.`);
      return;
    }
    // The same person again: with the fresher ticket, at the same place.
    setPeople((before) => {
      const fresh = { ticket, peer: null };
      const at = before.findIndex((one) => isSame(one.ticket, ticket));
      return at < 0 ? [...before, fresh] : before.with(at, fresh);
    });
    const name = nameOf(ticket);
    speak(isAgain ? `${name}, scanned again.` : `${name} is in the list: ${people.length + 1}.`);
  };
  const connect = async () => {
    setBusy("connecting");
    setProblem(null);
    try {
      const result = await session.acquaint.taps.tap(urls);
      await session.readContacts();
      setPeople((before) =>
        before.map((one) => {
          const at = urls.indexOf(one.ticket.url);
          return at < 0 ? one : { ...one, peer: result.peers[at] ?? null };
        }),
      );
      setGroupId(result.groupId);
      const count = result.peers.filter(({ contact }) => contact !== null).length;
      speak(`You are in contact with ${count} of ${urls.length}.`);
    } catch (error) {
      setProblem(tapProblem(error));
    } finally {
      setBusy(null);
    }
  };
  const compare = async () => {
    setBusy("asking");
    setProblem(null);
    try {
      tables.take(await session.acquaint.taps.together(urls));
      onTable();
    } catch (error) {
      setProblem(tapProblem(error));
      setBusy(null);
    }
  };
  return (
    <>
      <p class="lead">
        Scan one after another. Then connect with all of them at once; whoever is there becomes a
        group.
      </p>
      <div class="tap-stage">
        <Reader onTicket={gather} />
        <section class="tap-list" aria-label="Scanned so far">
          {people.length === 0 ? (
            <div class="tap-list-empty">
              <TapIcon name="table" />
              <p>Nobody yet. Each person shows their code on “Tap”.</p>
            </div>
          ) : (
            <ol class="people" role="list">
              {people.map((person) => (
                <Gathered
                  key={person.ticket.userId ?? person.ticket.url}
                  person={person}
                  expiresAt={person.ticket.expiresAt - offset}
                  isBusy={busy !== null}
                  onRemove={() => setPeople((before) => before.filter((one) => one !== person))}
                />
              ))}
            </ol>
          )}
        </section>
      </div>
      <div class="moment-place">
        <MomentPanel moment={moment} />
      </div>
      {problem !== null && (
        <p class="remark" data-kind="warning" role="alert">
          {problem}
        </p>
      )}
      <div class="tap-tools">
        <NfcButton onText={(text) => takeText(text, gather)} />
      </div>
      {groupId !== null && (
        <p class="remark">
          You are a group now. <a href={paths.group(groupId)}>Show the group</a>
        </p>
      )}
      <div class="actions">
        <button
          type="button"
          class="button primary"
          disabled={open.length === 0 || busy !== null}
          onClick={() => void connect()}
        >
          {busy === "connecting" ? "Connecting…" : connectLabel(open.length)}
        </button>
        <button
          type="button"
          class="button quiet"
          disabled={open.length === 0 || busy !== null}
          onClick={() => void compare()}
        >
          <Icon name="shield" /> {busy === "asking" ? "Asking…" : "Compare a phrase together"}
        </button>
      </div>
      <p class="field-help">
        With a phrase everyone sees the same six words and says so, and nobody can have been taken
        for another. Either all of you connect, or nobody does.
      </p>
    </>
  );
}

function connectLabel(count: number): string {
  return count < 2 ? "Connect" : `Connect all ${count}`;
}

function isSame(one: ReadTicket, other: ReadTicket): boolean {
  return one.url === other.url || (one.userId !== null && one.userId === other.userId);
}

function nameOf({ userId }: ReadTicket): string {
  const { contacts } = session.store.state;
  return contacts.find((contact) => contact.userId === userId)?.name ?? SOMEONE;
}
