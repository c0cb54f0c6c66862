// What the page says of taps, tables and requests to become contacts wherever one is.

import "../styles/touches.css";
import { useEffect } from "preact/hooks";
import { clockText, useSecondsUntil } from "../clock.ts";
import { session } from "../session.ts";
import { useStore } from "../store.ts";
import type { Table } from "../../shared/client/index.ts";
import { ContactRequestBanners } from "./ContactRequestBanners.tsx";
import { contactRequests } from "./contactRequests.ts";
import { tables } from "./tables.ts";
import { TableSheet } from "./TableSheet.tsx";
import { touches } from "./touches.ts";

export function Touches() {
  const { tables: present, aside } = useStore(tables.store, (state) => state);
  useEffect(() => {
    const ends = [touches.follow(), tables.follow(), contactRequests.follow()];
    // What makes tickets is fetched now, and is there when the connection is not.
    session.acquaint.taps.ticket().catch(() => {});
    return () => {
      for (const end of ends) end();
    };
  }, []);
  const open = present.find(({ tapId }) => !aside.includes(tapId));
  return (
    <>
      <div class="banners-waiting" role="status">
        {present
          .filter(({ tapId }) => aside.includes(tapId))
          .map((table) => (
            <PutAside key={table.tapId} table={table} />
          ))}
      </div>
      <ContactRequestBanners />
      {open !== undefined && <TableSheet key={open.tapId} table={open} />}
    </>
  );
}

function PutAside({ table: { tapId, at, until } }: { readonly table: Table }) {
  const left = useSecondsUntil(until);
  return (
    <p class="banner" data-kind="meeting">
      <span>
        {at === "comparing" ? "A table compares its words" : "A table gathers"}{" "}
        <span class="banner-time" aria-hidden="true">
          {clockText(left)}
        </span>
      </span>
      <span class="banner-actions">
        <button type="button" class="banner-action" onClick={() => tables.takeUp(tapId)}>
          Show<span class="unseen"> the table</span>
        </button>
      </span>
    </p>
  );
}
