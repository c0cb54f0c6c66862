// A transfer under way: a ring that fills, and in it the way to call it off.

import type { FileProgress } from "../../../shared/client/index.ts";
import { useIsOnline } from "../../online.ts";
import { Icon } from "../../components/Icon.tsx";
import { type FileRecord, shownName, sizeText } from "./fileKinds.ts";

interface TransferRingProps {
  readonly record: FileRecord;
  readonly progress: FileProgress | null;
  readonly isUpload: boolean;
  readonly tabIndex: number;
  readonly onCancel: () => void;
}

export function TransferRing({
  record,
  progress,
  isUpload,
  tabIndex,
  onCancel,
}: TransferRingProps) {
  const name = shownName(record.file);
  const percent = percentOf(progress);
  return (
    <span class="transfer">
      <span
        class="transfer-ring"
        role="progressbar"
        aria-label={`${isUpload ? "Uploading" : "Downloading"} ${name}`}
        aria-valuemin={0}
        aria-valuemax={100}
        {...(progress !== null && { "aria-valuenow": percent })}
      >
        <svg viewBox="0 0 44 44" aria-hidden="true" focusable="false">
          <circle cx="22" cy="22" r="18" />
          <circle
            class="transfer-done"
            cx="22"
            cy="22"
            r="18"
            pathLength={100}
            stroke-dasharray={`${Math.max(percent, 3)} 100`}
          />
        </svg>
      </span>
      <button
        type="button"
        class="transfer-stop"
        tabIndex={tabIndex}
        aria-label={isUpload ? `Do not send ${name}` : `Stop downloading ${name}`}
        onClick={onCancel}
      >
        <Icon name="close" />
      </button>
    </span>
  );
}

/** As "42% of 1.2 MB", or why it does not go on. */
export function useTransferText(
  { file }: FileRecord,
  progress: FileProgress | null,
  isUpload: boolean,
): string {
  const isOnline = useIsOnline();
  if (!isOnline) return "Waiting for a connection";
  if (progress === null) return isUpload ? "Waiting to be uploaded" : "Downloading";
  return `${percentOf(progress)}% of ${sizeText(file.size)}`;
}

function percentOf(progress: FileProgress | null): number {
  if (progress === null || progress.total === 0) return 0;
  return Math.floor((100 * progress.done) / progress.total);
}
