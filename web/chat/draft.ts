// What is being written to somebody: kept on this device from the first letter on, and told to the other as
// "typing" while they are there.

import { useEffect, useRef, useState } from "preact/hooks";
import { session } from "../session.ts";

const KEEP_AFTER_MS = 300;
/** Told again before the other page takes it for over. */
const TELL_AGAIN_MS = 3_000;

export function useDraft(userId: string): readonly [string, (text: string) => void] {
  const { messages } = session.acquaint;
  const [text, setText] = useState("");
  const typed = useRef<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => {
    void messages.draft(userId).then((kept) => {
      if (typed.current === null) setText(kept);
    });
    const keep = () => {
      clearTimeout(timer.current);
      // Nothing is written where an account was just erased.
      if (session.store.state.phase === "erased") return;
      if (typed.current !== null) void messages.setDraft(userId, typed.current).catch(() => {});
    };
    addEventListener("pagehide", keep);
    return () => {
      removeEventListener("pagehide", keep);
      keep();
    };
  }, [userId]);
  const change = (next: string) => {
    typed.current = next;
    setText(next);
    clearTimeout(timer.current);
    const keep = () => void messages.setDraft(userId, next).catch(() => {});
    if (next === "") keep();
    else timer.current = setTimeout(keep, KEEP_AFTER_MS);
  };
  return [text, change];
}

/** The function returned says that one types, or has stopped; as often as need be. */
export function useTypingNotice(userId: string): (isTyping: boolean) => void {
  const toldAt = useRef(0);
  const tell = (isTyping: boolean) => {
    const now = Date.now();
    if (isTyping ? now - toldAt.current < TELL_AGAIN_MS : toldAt.current === 0) return;
    toldAt.current = isTyping ? now : 0;
    void session.acquaint.messages.setTyping(userId, isTyping);
  };
  useEffect(() => () => tell(false), [userId]);
  return tell;
}
