// What must be seen and pressed whatever is open. A modal sheet shuts off the rest of the page, so while one is open, this
// is drawn within the sheet that lies on top, above it; the focus stays where it is.

import { type ComponentChildren, render } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { announcements } from "../announcements.ts";
import { Store, useStore } from "../store.ts";
import { NoticePlace } from "./Announcer.tsx";

/** One for each open sheet, the topmost last. */
const sheets = new Store<{ readonly places: readonly HTMLElement[] }>({ places: [] });

interface AboveSheetProps {
  /** Above all else that is drawn there: its time runs. */
  readonly isFirst?: boolean;
  readonly children: ComponentChildren;
}

export function AboveSheet(props: AboveSheetProps) {
  const place = useStore(sheets, ({ places }) => places.at(-1));
  return place === undefined ? <>{props.children}</> : <Within place={place} {...props} />;
}

function Within({
  place,
  isFirst = false,
  children,
}: AboveSheetProps & { readonly place: HTMLElement }) {
  const holder = useRef<HTMLElement | null>(null);
  useLayoutEffect(() => {
    const element = document.createElement("div");
    place[isFirst ? "prepend" : "append"](element);
    holder.current = element;
    return () => {
      render(null, element);
      element.remove();
    };
  }, [place]);
  useLayoutEffect(() => {
    if (holder.current !== null) render(children, holder.current);
  });
  return null;
}

/** The place of a sheet for it, with the notice of the page below, which comes and goes and moves nothing. */
export function SheetTop() {
  const element = useRef<HTMLDivElement>(null);
  const isTop = useStore(sheets, ({ places }) => places.at(-1) === element.current);
  useLayoutEffect(() => {
    const place = element.current!;
    change([...sheets.state.places, place]);
    const observer = new ResizeObserver(() => keepClear(place));
    observer.observe(place);
    return () => {
      observer.disconnect();
      change(sheets.state.places.filter((one) => one !== place));
    };
  }, []);
  return (
    <div class="sheet-top">
      <div ref={element} />
      {isTop && <NoticePlace />}
    </div>
  );
}

/** Tells the sheet how much stands above it. Whoever has scrolled in it keeps what they read where it is. */
function keepClear(place: HTMLElement): void {
  const sheet = place.closest("dialog")!;
  const before = sheet.getBoundingClientRect().top;
  sheet.style.setProperty("--above", `${place.offsetHeight}px`);
  if (sheet.scrollTop > 0) sheet.scrollTop += sheet.getBoundingClientRect().top - before;
}

function change(places: readonly HTMLElement[]): void {
  sheets.change({ places });
  announcements.change({ sheets: places.length });
}
