// A film in a conversation: loaded when it is to be played, by the browser's own player.

import { useState } from "preact/hooks";
import { ChatIcon } from "../ChatIcon.tsx";
import { cancelUpload } from "./cancelling.ts";
import type { FileViewProps } from "./FileMessage.tsx";
import { shownName, sizeText } from "./fileKinds.ts";
import { useOpening, useTransfer } from "./opening.ts";
import { Scene, SmallPicture } from "./Scene.tsx";
import { TransferRing, useTransferText } from "./Transfer.tsx";
import { UnplayableText } from "./Sound.tsx";

export function Film({ record, tabIndex }: FileViewProps) {
  const opening = useOpening(record, "none");
  const progress = useTransfer(record);
  const isUpload = record.state === "uploading";
  const transferText = useTransferText(record, progress, isUpload);
  const [isUnplayable, setUnplayable] = useState(false);
  const isUnderWay = isUpload || opening.isOpening;
  const name = shownName(record.file);
  if (opening.url !== null && !isUnplayable) {
    return (
      <Scene record={record} stage="player">
        {/* What is said in it only its author could write down. */}
        {/* oxlint-disable-next-line jsx-a11y/media-has-caption */}
        <video
          class="scene-full"
          src={opening.url}
          controls
          autoPlay
          playsInline
          tabIndex={tabIndex}
          aria-label={`Film ${name}`}
          onError={() => setUnplayable(true)}
        />
      </Scene>
    );
  }
  return (
    <Scene record={record} stage={isUnderWay ? "transfer" : "offer"}>
      <SmallPicture record={record} />
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
        <>
          {!isUnplayable && (
            <button
              type="button"
              class="scene-play"
              tabIndex={tabIndex}
              aria-label={`Play film ${name}`}
              onClick={opening.open}
            >
              <ChatIcon name="play" />
            </button>
          )}
          <span
            class="scene-remark"
            role={opening.fault !== null || isUnplayable ? "alert" : undefined}
            data-fault={opening.fault !== null || isUnplayable}
          >
            {isUnplayable ? (
              <UnplayableText />
            ) : (
              (opening.fault?.text ?? sizeText(record.file.size))
            )}
          </span>
        </>
      )}
    </Scene>
  );
}
