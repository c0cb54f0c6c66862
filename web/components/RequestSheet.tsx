// Someone asks to meet: says so wherever one is in the app. What it shows is loaded when it is first needed.

import { session } from "../session.ts";
import { useStore } from "../store.ts";
import { Later } from "./Later.tsx";

export const loadRequest = async () => (await import("./RequestInSheet.tsx")).RequestInSheet;

export function RequestSheet() {
  const { incoming } = session;
  const { open, isAside } = useStore(incoming.store, (state) => state);
  const progress = useStore(incoming.answering.store, (state) => state.progress);
  if (isAside || (open === null && progress === null)) return null;
  return (
    <Later key={open?.sid ?? "resumed"} load={loadRequest} props={{ request: open, progress }} />
  );
}
