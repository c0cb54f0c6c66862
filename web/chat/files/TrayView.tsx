// The files that go with what is being written: each with its name, size and what it looks like.

import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../../components/Icon.tsx";
import { useStore } from "../../store.ts";
import { ChatIcon } from "../ChatIcon.tsx";
import { detailsText, fileKind, shownName } from "./fileKinds.ts";
import { KindIcon } from "./KindIcon.tsx";
import type { Chosen, Tray } from "./tray.ts";

interface TrayViewProps {
  readonly tray: Tray;
  /** Where the focus goes when the last one is removed. */
  readonly onEmptied: () => void;
}

export function TrayView({ tray, onEmptied }: TrayViewProps) {
  const { chosen, refusals } = useStore(tray.store, (state) => state);
  const list = useRef<HTMLUListElement>(null);
  const remove = (id: number) => {
    const at = chosen.findIndex((one) => one.id === id);
    tray.remove(id);
    if (chosen.length === 1) return onEmptied();
    const next = list.current?.querySelectorAll<HTMLElement>("button")[at === 0 ? 1 : at - 1];
    next?.focus();
  };
  return (
    <>
      {chosen.length > 0 && (
        <ul class="tray" role="list" aria-label="Files to send" ref={list}>
          {chosen.map((one) => (
            <TrayItem key={one.id} chosen={one} onRemove={() => remove(one.id)} />
          ))}
        </ul>
      )}
      <div role="alert">
        {refusals.map((text) => (
          <p key={text} class="tray-refusal">
            {text}
          </p>
        ))}
      </div>
      <p class="unseen" role="status">
        {chosen.length === 0 ? "" : chosenText(chosen.length)}
      </p>
    </>
  );
}

interface TrayItemProps {
  readonly chosen: Chosen;
  readonly onRemove: () => void;
}

function TrayItem({ chosen, onRemove }: TrayItemProps) {
  const { file, isLeaving, fault } = chosen;
  const picture = useThumbnail(chosen);
  const name = shownName(file);
  return (
    <li class="tray-item" data-leaving={isLeaving} aria-busy={isLeaving}>
      <span class="tray-picture">
        {picture === null ? (
          <KindIcon kind={fileKind(file.type)} />
        ) : (
          <img src={picture} alt="" draggable={false} />
        )}
      </span>
      <span class="tray-what">
        <span class="file-name" dir="auto" title={name}>
          {name}
        </span>
        {fault === null ? (
          <span class="file-details">{isLeaving ? "Getting ready" : detailsText(file)}</span>
        ) : (
          <span class="file-fault" role="alert">
            <ChatIcon name="alarm" /> {fault}
          </span>
        )}
      </span>
      {!isLeaving && (
        <button type="button" class="round" aria-label={`Do not send ${name}`} onClick={onRemove}>
          <Icon name="close" />
        </button>
      )}
    </li>
  );
}

function useThumbnail({ preview }: Chosen): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    let made: string | null = null;
    let isCurrent = true;
    void preview.then(({ thumbnail }) => {
      if (thumbnail === undefined || !isCurrent) return;
      made = URL.createObjectURL(new Blob([thumbnail as Uint8Array<ArrayBuffer>]));
      setUrl(made);
    });
    return () => {
      isCurrent = false;
      if (made !== null) URL.revokeObjectURL(made);
    };
  }, [preview]);
  return url;
}

function chosenText(count: number): string {
  return count === 1 ? "1 file to send." : `${count} files to send.`;
}
