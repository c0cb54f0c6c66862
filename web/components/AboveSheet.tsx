// What must be seen and pressed whatever is open. A modal sheet shuts off the rest of the page, so while one is open, this
// is drawn within the sheet that lies on top, above it; the focus stays where it is.

import { type ComponentChildren, render } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { announcements } from "../announcements.ts";
import { Store, useStore } from "../store.ts";
import { NoticePlace } from "./Announcer.tsx";

/** One for each open sheet, the topmost last. */
const sheets = new Store<{ readonly places: readonly HTMLElement[] }>({ places: [] });

export function AboveSheet({ children }: { readonly children: ComponentChildren }) {
  const place = useStore(sheets, ({ places }) => places.at(-1));
  return place === undefined ? <>{children}</> : <Within place={place}>{children}</Within>;
}

interface WithinProps {
  readonly place: HTMLElement;
  readonly children: ComponentChildren;
}

function Within({ place, children }: WithinProps) {
  const holder = useRef<HTMLElement | null>(null);
  useLayoutEffect(() => {
    const element = place.appendChild(document.createElement("div"));
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

/** The place of a sheet for it, with the notice of the page. */
export function SheetTop() {
  const element = useRef<HTMLDivElement>(null);
  const isTop = useStore(sheets, ({ places }) => places.at(-1) === element.current);
  useLayoutEffect(() => {
    const place = element.current!;
    change([...sheets.state.places, place]);
    return () => change(sheets.state.places.filter((one) => one !== place));
  }, []);
  return (
    <div class="sheet-top">
      {isTop && <NoticePlace />}
      <div ref={element} />
    </div>
  );
}

function change(places: readonly HTMLElement[]): void {
  sheets.change({ places });
  announcements.change({ sheets: places.length });
}
