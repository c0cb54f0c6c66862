// A picture in a conversation. It is loaded when it comes into sight, unless it is large or too old to be at the
// server; pressing it shows it in full.

import { useState } from "preact/hooks";
import { ChatIcon } from "../ChatIcon.tsx";
import { cancelUpload } from "./cancelling.ts";
import type { FileViewProps } from "./FileMessage.tsx";
import { type FileRecord, shownName, sizeText } from "./fileKinds.ts";
import { useNearness } from "./nearness.ts";
import { useOpening, useTransfer } from "./opening.ts";
import { Scene, SmallPicture } from "./Scene.tsx";
import { TransferRing, useTransferText } from "./Transfer.tsx";

const LOADED_UNASKED_MAX_BYTES = 8 * 1024 * 1024;
const AT_SERVER_MS = 30 * 24 * 60 * 60 * 1000;

export function Picture({ record, tabIndex, onView }: FileViewProps) {
  const [frame, isNear] = useNearness<HTMLButtonElement>();
  const isUpload = record.state === "uploading";
  const wish = !isNear ? "none" : isUpload || !isLoadedUnasked(record) ? "kept" : "all";
  const opening = useOpening(record, wish);
  const progress = useTransfer(record);
  const transferText = useTransferText(record, progress, isUpload);
  const [isUnreadable, setUnreadable] = useState(false);
  const isUnderWay = isUpload || (opening.isOpening && opening.url === null);
  const name = shownName(record.file);
  const remark = isUnreadable
    ? "Cannot be shown here"
    : (opening.fault?.short ?? (opening.url === null ? sizeText(record.file.size) : null));
  return (
    <Scene record={record} stage={`${isUnderWay}`}>
      <button
        ref={frame}
        type="button"
        class="scene-press"
        tabIndex={tabIndex}
        aria-haspopup="dialog"
        aria-label={`Picture ${name}, show in full`}
        onClick={onView}
      >
        <SmallPicture record={record} />
        {opening.url !== null && !isUnreadable && (
          <img
            class="scene-full"
            src={opening.url}
            alt=""
            draggable={false}
            onError={() => setUnreadable(true)}
          />
        )}
      </button>
      {isUnderWay ? (
        <span class="scene-transfer" data-kind={isUpload ? "upload" : "download"}>
          <TransferRing
            record={record}
            progress={progress}
            isUpload={isUpload}
            tabIndex={tabIndex}
            onCancel={isUpload ? () => cancelUpload(record) : opening.cancel}
          />
          <span class="scene-remark">{transferText}</span>
        </span>
      ) : (
        remark !== null && (
          <span class="scene-remark" data-fault={isUnreadable || opening.fault !== null}>
            {!isUnreadable && opening.fault === null && <ChatIcon name="down" />}
            {remark}
          </span>
        )
      )}
    </Scene>
  );
}

/** One that the server has deleted would be asked for in vain, each time it comes into sight. */
function isLoadedUnasked({ file, at }: FileRecord): boolean {
  const { connection } = navigator as { connection?: { readonly saveData?: boolean } };
  if (connection?.saveData === true) return false;
  return file.size <= LOADED_UNASKED_MAX_BYTES && Date.now() - at < AT_SERVER_MS;
}
