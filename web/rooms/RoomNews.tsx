// What happens in the room, for screen readers: they hear what is added here. However much is said at once, they are
// told in a few words, every so often.

import { useEffect, useState } from "preact/hooks";
import { plainLine, type RoomMessage } from "../../shared/client/index.ts";
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
    let came: string[] = [];
    let left: string[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    let count = 0;
    const tell = () => {
      timer = undefined;
      const texts = textsOf(said, came, left);
      [said, came, left] = [[], [], []];
      const added = texts.map((text) => ({ id: count++, text }));
      setLines((before) => [...before, ...added].slice(-MOST_LINES));
    };
    const off = stay.joined.on((change) => {
      const me = stay.joined.me?.userId;
      if (change.event === "message" && !change.message.isOwn) said.push(change.message);
      else if (change.event === "joined" && change.member.userId !== me) {
        came.push(plain(change.member.name));
      } else if (change.event === "left" && change.member.userId !== me) {
        left.push(plain(change.member.name));
      } else return;
      timer ??= setTimeout(tell, PACE_MS);
    });
    return () => {
      clearTimeout(timer);
      off();
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

function textsOf(
  said: readonly RoomMessage[],
  came: readonly string[],
  left: readonly string[],
): readonly string[] {
  const texts: string[] = [];
  if (came.length > 0) texts.push(`${namesText(came)} came in.`);
  if (left.length > 0) texts.push(`${namesText(left)} left.`);
  if (said.length > MOST_READ) {
    const names = [...new Set(said.map(({ from }) => plain(from.name)))];
    texts.push(`${countText(said.length, "new message")} from ${namesText(names)}.`);
  } else {
    texts.push(
      ...said.map(
        ({ from, text }) => `${plain(from.name)}: ${plainLine(text).slice(0, MOST_CHARS)}`,
      ),
    );
  }
  return texts;
}
