// A file as a card: its sign, name and size, and the way to save it. Whatever it is, it is never shown from here.

import type { ComponentChildren } from "preact";
import { Icon } from "../../components/Icon.tsx";
import { ChatIcon } from "../ChatIcon.tsx";
import { cancelUpload } from "./cancelling.ts";
import type { FileViewProps } from "./FileMessage.tsx";
import { detailsText, fileKind, shownName } from "./fileKinds.ts";
import { KindIcon } from "./KindIcon.tsx";
import { useFocusAlong } from "./focusAlong.ts";
import { type Opening, useTransfer } from "./opening.ts";
import { useSaving } from "./saving.ts";
import { TransferRing, useTransferText } from "./Transfer.tsx";

interface FileCardProps extends FileViewProps {
  /** Stands in the place of the sign. */
  readonly lead?: ComponentChildren;
  /** What else is done with the file than saving it. */
  readonly opening?: Opening;
}

export function FileCard({ record, tabIndex, onView, lead = null, opening }: FileCardProps) {
  const { file } = record;
  const saving = useSaving(record);
  const progress = useTransfer(record);
  const isUpload = record.state === "uploading";
  const isUnderWay = isUpload || saving.isSaving || opening?.isOpening === true;
  const transferText = useTransferText(record, progress, isUpload);
  const fault = saving.fault ?? opening?.fault ?? null;
  const kind = fileKind(file.type);
  const name = shownName(file);
  const cancel = () => {
    if (isUpload) return cancelUpload(record);
    saving.cancel();
    opening?.cancel();
  };
  const element = useFocusAlong<HTMLDivElement>(`${isUnderWay}`);
  return (
    <div class="file-card" ref={element}>
      {lead ??
        (kind === "picture" && !isUpload ? (
          <button
            type="button"
            class="file-play"
            tabIndex={tabIndex}
            aria-haspopup="dialog"
            aria-label={`Show picture ${name}`}
            onClick={onView}
          >
            <KindIcon kind={kind} />
          </button>
        ) : (
          <span class="file-sign">
            <KindIcon kind={kind} />
          </span>
        ))}
      <span class="file-what">
        <span class="file-name" dir="auto" title={name}>
          {name}
        </span>
        {fault !== null && !isUnderWay ? (
          <span class="file-fault" role="alert">
            {fault.text}
          </span>
        ) : (
          <span class="file-details">{isUnderWay ? transferText : detailsText(file)}</span>
        )}
      </span>
      {isUnderWay ? (
        <TransferRing
          record={record}
          progress={progress}
          isUpload={isUpload}
          tabIndex={tabIndex}
          onCancel={cancel}
        />
      ) : (
        fault?.canTryAgain !== false && (
          <button
            type="button"
            class="round file-save"
            tabIndex={tabIndex}
            aria-label={fault === null ? `Save ${name}` : `Try again to save ${name}`}
            onClick={saving.save}
          >
            {fault === null ? <Icon name="save" /> : <ChatIcon name="again" />}
          </button>
        )
      )}
    </div>
  );
}
