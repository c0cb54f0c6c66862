// A picture in full, over everything else. Arrow keys and swipes move among the pictures of the conversation that
// are loaded, Escape closes.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { keyOf, type MessageKey, plainText } from "../../../shared/client/index.ts";
import { Spoken } from "../../components/Announcer.tsx";
import { Icon } from "../../components/Icon.tsx";
import { dayAndHour } from "../words.ts";
import { type FileRecord, shownName, sizeText, thumbnailUri } from "./fileKinds.ts";
import { useOpening, useTransfer } from "./opening.ts";
import { useSaving } from "./saving.ts";
import { TransferRing, useTransferText } from "./Transfer.tsx";

const SWIPE_PX = 60;

interface ViewerProps {
  /** In the order of the conversation. */
  readonly pictures: readonly FileRecord[];
  readonly shown: MessageKey;
  /** Of the other one. */
  readonly name: string;
  readonly onShow: (key: MessageKey) => void;
  readonly onClose: () => void;
}

export function Viewer({ pictures, shown, name, onShow, onClose }: ViewerProps) {
  const element = useRef<HTMLDialogElement>(null);
  const swipe = useRef<number | null>(null);
  const at = pictures.findIndex((record) => keyOf(record) === shown);
  const record = pictures[at];
  useLayoutEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  // It was deleted meanwhile, or its time was over.
  useLayoutEffect(() => {
    if (record === undefined) onClose();
  }, [record === undefined]);
  if (record === undefined) return <dialog ref={element} class="viewer" />;

  const move = (step: 1 | -1) => {
    const next = pictures[at + step];
    if (next !== undefined) onShow(keyOf(next));
  };
  const who = record.author === "me" ? "You" : name;
  const fileName = shownName(record.file);
  return (
    // Its keys and swipes are those of what is in it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <dialog
      ref={element}
      class="viewer"
      aria-label={`Picture ${fileName}`}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClose={() => {
        if (element.current?.isConnected && !element.current.open) onClose();
      }}
      onClick={({ target }) => {
        if (target instanceof Element && target.matches(".viewer-stage")) onClose();
      }}
      onKeyDown={(event) => {
        if (event.key === "ArrowRight") move(1);
        if (event.key === "ArrowLeft") move(-1);
      }}
      onTouchStart={(event) => {
        swipe.current = event.touches.length === 1 ? (event.touches[0]?.clientX ?? null) : null;
      }}
      onTouchEnd={(event) => {
        const way = (event.changedTouches[0]?.clientX ?? 0) - (swipe.current ?? NaN);
        if (Math.abs(way) > SWIPE_PX && visualViewport?.scale === 1) move(way < 0 ? 1 : -1);
      }}
    >
      <Head record={record} who={who} fileName={fileName} onClose={onClose} />
      <Stage key={shown} record={record} fileName={fileName} />
      {pictures.length > 1 && (
        <>
          <Step kind="back" label="Picture before" isThere={at > 0} onPress={() => move(-1)} />
          <Step
            kind="forward"
            label="Next picture"
            isThere={at < pictures.length - 1}
            onPress={() => move(1)}
          />
        </>
      )}
      {record.text !== "" && (
        <p class="viewer-caption" dir="auto">
          {plainText(record.text)}
        </p>
      )}
      <p class="unseen" role="status">
        {`${fileName}, picture ${at + 1} of ${pictures.length}`}
      </p>
      <Spoken />
    </dialog>
  );
}

interface HeadProps {
  readonly record: FileRecord;
  readonly who: string;
  readonly fileName: string;
  readonly onClose: () => void;
}

function Head({ record, who, fileName, onClose }: HeadProps) {
  const saving = useSaving(record);
  return (
    <header class="viewer-head">
      <p class="viewer-what">
        <span class="file-name" dir="auto">
          {fileName}
        </span>
        <span class="file-details">
          {who} · {dayAndHour(record.at)} · {sizeText(record.file.size)}
        </span>
        {saving.fault !== null && (
          <span class="file-fault" role="alert">
            {saving.fault.text}
          </span>
        )}
      </p>
      <button
        type="button"
        class="round"
        aria-label={`Save ${fileName}`}
        disabled={saving.isSaving}
        onClick={saving.save}
      >
        <Icon name="save" />
      </button>
      <button
        type="button"
        class="round"
        aria-label="Close"
        ref={(button) => {
          if (document.activeElement === document.body) button?.focus();
        }}
        onClick={onClose}
      >
        <Icon name="close" />
      </button>
    </header>
  );
}

interface StageProps {
  readonly record: FileRecord;
  readonly fileName: string;
}

function Stage({ record, fileName }: StageProps) {
  const opening = useOpening(record, "all");
  const progress = useTransfer(record);
  const transferText = useTransferText(record, progress, false);
  const [isUnreadable, setUnreadable] = useState(false);
  const { url, fault, isOpening } = opening;
  const small = thumbnailUri(record.file);
  const { width, height } = record.file;
  const isOpen = url !== null && !isUnreadable;
  return (
    <div class="viewer-stage">
      {isOpen ? (
        <img src={url} alt={fileName} onError={() => setUnreadable(true)} />
      ) : (
        small !== null && (
          <img class="viewer-small" src={small} alt="" width={width} height={height} />
        )
      )}
      {isOpening && !isOpen && (
        <div class="viewer-remark">
          <TransferRing
            record={record}
            progress={progress}
            isUpload={false}
            tabIndex={0}
            onCancel={opening.cancel}
          />
          <p>{transferText}</p>
        </div>
      )}
      {!isOpening && !isOpen && (
        <div class="viewer-remark">
          {isUnreadable && <p role="alert">This picture cannot be shown here. Save it instead.</p>}
          {fault !== null && <p role="alert">{fault.text}</p>}
          {!isUnreadable && fault?.canTryAgain !== false && (
            <button type="button" class="button quiet" onClick={opening.open}>
              {fault === null ? "Load it" : "Try again"}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

interface StepProps {
  readonly kind: "back" | "forward";
  readonly label: string;
  readonly isThere: boolean;
  readonly onPress: () => void;
}

/** At the ends it stays, so that the focus does. */
function Step({ kind, label, isThere, onPress }: StepProps) {
  return (
    <button
      type="button"
      class="round viewer-step"
      data-kind={kind}
      aria-label={label}
      aria-disabled={!isThere}
      onClick={onPress}
    >
      <Icon name={kind} />
    </button>
  );
}
