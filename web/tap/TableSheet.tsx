// A table, as everyone at it sees it: all arrive one by one, then six words that must be the same on every phone, and
// how it ended.

import "../styles/table.css";
import { useState } from "preact/hooks";
import type { Table } from "../../shared/client/index.ts";
import { useSecondsUntil } from "../clock.ts";
import { CountdownRing } from "../components/CountdownRing.tsx";
import { Heading } from "../components/Heading.tsx";
import { Icon } from "../components/Icon.tsx";
import { Sheet } from "../components/Sheet.tsx";
import { problemText } from "../problems.ts";
import { session } from "../session.ts";
import { isShortId, listOf } from "./nameList.ts";
import { Places } from "./Places.tsx";
import { TableEnded } from "./TableEnded.tsx";
import { isOver, tables } from "./tables.ts";

/** What the ring is drawn against. */
const GATHERING_SECONDS = 30;
const COMPARING_SECONDS = 120;

export function TableSheet({ table }: { readonly table: Table }) {
  const label = isOver(table) ? "The table" : titleOf(table);
  return (
    <Sheet label={label} onEscape={() => tables.putAside(table.tapId)}>
      {isOver(table) ? <TableEnded table={table} /> : <UnderWay table={table} />}
    </Sheet>
  );
}

function UnderWay({ table }: { readonly table: Table }) {
  const { tapId, at, until, members, phrase } = table;
  const left = useSecondsUntil(until);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const isComparing = at === "comparing" && phrase !== null;
  const hasConfirmed = members.some((one) => one.isMe && one.hasConfirmed);
  const answer = async (work: (tapId: string) => Promise<void>) => {
    setBusy(true);
    setProblem(null);
    try {
      await work(tapId);
    } catch (error) {
      setProblem(problemText(error));
    } finally {
      setBusy(false);
    }
  };
  const { taps } = session.acquaint;
  const decline = () => void answer((id) => taps.decline(id));
  return (
    <div class="table">
      <div class="table-head">
        <div>
          <Heading level={2} subject={at}>
            {titleOf(table)}
          </Heading>
          <p class="lead">{leadOf(table, hasConfirmed)}</p>
        </div>
        <CountdownRing
          secondsLeft={left}
          totalSeconds={isComparing ? COMPARING_SECONDS : GATHERING_SECONDS}
        />
      </div>
      {isComparing && (
        <ol class="table-words" aria-label="Words to compare" lang="en" translate={false}>
          {phrase.map((word, index) => (
            <li key={index}>{word}</li>
          ))}
        </ol>
      )}
      <Places members={members} by={table.by} isComparing={isComparing} />
      {problem !== null && (
        <p class="remark" data-kind="warning" role="alert">
          {problem}
        </p>
      )}
      <div class="actions table-actions">
        {isComparing && !hasConfirmed && (
          <button
            type="button"
            class="button primary"
            disabled={isBusy}
            onClick={() => void answer((id) => taps.confirm(id))}
          >
            <Icon name="check" /> The words are the same
          </button>
        )}
        {isComparing && (
          <button type="button" class="button quiet" disabled={isBusy} onClick={decline}>
            They differ
          </button>
        )}
        {!isComparing && (
          <button type="button" class="button quiet" disabled={isBusy} onClick={decline}>
            Leave the table
          </button>
        )}
        {(!isComparing || hasConfirmed) && (
          <button type="button" class="button quiet" onClick={() => tables.putAside(tapId)}>
            Hide
          </button>
        )}
      </div>
    </div>
  );
}

function titleOf({ at, by, members }: Table): string {
  const initiator = members.find(({ userId }) => userId === by);
  if (at === "comparing") return "Do all of you see these words?";
  if (initiator === undefined || initiator.isMe) return `A table of ${members.length}`;
  return isShortId(initiator)
    ? "You are asked to a table"
    : `${initiator.name} asks you to a table`;
}

function leadOf({ at, members }: Table, hasConfirmed: boolean): string {
  if (at !== "comparing") {
    const missing = members.filter(({ hasArrived }) => !hasArrived).length;
    return missing === 0
      ? "All are here. The words come in a moment."
      : "Everyone’s phone arrives by itself. Keep the page open.";
  }
  if (!hasConfirmed) return "One of you reads them aloud; the others look at their own phones.";
  const awaited = members.filter((one) => !one.hasConfirmed);
  return awaited.length === 0 ? "All have said so." : `Still waiting for ${listOf(awaited)}.`;
}
