// What happens in the room, for screen readers: they hear what is added here. However much is said at once, they are
// told in a few words, every so often.

import { useEffect, useState } from "preact/hooks";
import { plainLine, type RoomMessage } from "../../shared/client/index.ts";
import { reportsText } from "./asking.ts";
import { Comings } from "./comings.ts";
import type { Stay } from "./stay.ts";
import { countText, namesText, plain } from "./words.ts";

const PACE_MS = 1_500;
/** More than these at once are counted. */
const MOST_READ = 3;
const MOST_CHARS = 300;
const MOST_LINES = 6;

interface Line {
  readonly id: number;
  readonly text: string;
}

export function RoomNews({ stay }: { readonly stay: Stay }) {
  const [lines, setLines] = useState<readonly Line[]>([]);
  useEffect(() => {
    let said: RoomMessage[] = [];
    let comings = new Comings();
    let told = stay.store.state.between.at(-1)?.id ?? -1;
    let notices: string[] = [];
    let known = stay.store.state.reports;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let count = 0;
    const tell = () => {
      timer = undefined;
      const texts = [comings.text, ...notices, ...textsOf(said)].filter(Boolean);
      [said, comings, notices] = [[], new Comings(), []];
      const added = texts.map((text) => ({ id: count++, text }));
      setLines((before) => [...before, ...added].slice(-MOST_LINES));
    };
    const off = stay.joined.on((change) => {
      const me = stay.joined.me?.userId;
      if (change.event === "message" && !change.message.isOwn) said.push(change.message);
      else if (change.event === "joined" && change.member.userId !== me) {
        comings.add(change.member.userId, plain(change.member.name), "came");
      } else if (change.event === "left" && change.member.userId !== me) {
        comings.add(change.member.userId, plain(change.member.name), "left");
      } else return;
      timer ??= setTimeout(tell, PACE_MS);
    });
    const offNotices = stay.store.subscribe(() => {
      const { between, reports } = stay.store.state;
      const fresh = between.filter(({ id, kind }) => id > told && kind === "notice");
      told = between.at(-1)?.id ?? told;
      const isReported = reports > known;
      known = reports;
      if (fresh.length === 0 && !isReported) return;
      notices.push(...fresh.map(({ text }) => text));
      if (isReported) notices.push(`${reportsText(reports)}.`);
      timer ??= setTimeout(tell, PACE_MS);
    });
    return () => {
      clearTimeout(timer);
      off();
      offNotices();
    };
  }, [stay]);
  return (
    <div class="unseen" role="log" aria-label="New in the room">
      {lines.map(({ id, text }) => (
        <p key={id}>{text}</p>
      ))}
    </div>
  );
}

function textsOf(said: readonly RoomMessage[]): readonly string[] {
  if (said.length > MOST_READ) {
    const names = [...new Set(said.map(({ from }) => plain(from.name)))];
    return [`${countText(said.length, "new message")} from ${namesText(names)}.`];
  }
  return said.map(
    ({ from, text }) => `${plain(from.name)}: ${plainLine(text).slice(0, MOST_CHARS)}`,
  );
}
