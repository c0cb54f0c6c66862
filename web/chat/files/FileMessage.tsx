// What a message with a file shows: the picture, film, sound or card, and its caption.

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { speak } from "../../announcements.ts";
import { MessageText } from "../MessageText.tsx";
import { FileCard } from "./FileCard.tsx";
import { fileKind, type FileRecord, isPicture, shownName } from "./fileKinds.ts";
import { Film } from "./Film.tsx";
import { Picture } from "./Picture.tsx";
import { Sound } from "./Sound.tsx";

export interface FileViewProps {
  readonly record: FileRecord;
  /** Of what can be pressed in it. */
  readonly tabIndex: number;
  /** Shows a picture in full. */
  readonly onView: () => void;
}

interface FileMessageProps extends FileViewProps {
  readonly meta: ComponentChildren;
}

/** What its bubble is laid out for. */
export function bubbleKind(record: FileRecord): "scene" | "file" {
  return isPicture(record) || fileKind(record.file.type) === "film" ? "scene" : "file";
}

export function FileMessage({ meta, ...view }: FileMessageProps) {
  const { record, tabIndex } = view;
  useSpokenEnd(record);
  return (
    <>
      <FileView {...view} />
      {record.text === "" ? (
        <p class="file-meta">{meta}</p>
      ) : (
        <div class="file-caption">
          <MessageText text={record.text} meta={meta} tabIndex={tabIndex} />
        </div>
      )}
    </>
  );
}

/** What becomes of an upload is heard as well as seen. */
function useSpokenEnd(record: FileRecord): void {
  const { state } = record;
  const wasUpload = useRef(false);
  useEffect(() => {
    if (wasUpload.current && state !== "uploading") {
      speak(`${shownName(record.file)} is ${state === "refused" ? "not sent" : "uploaded"}.`);
    }
    wasUpload.current = state === "uploading";
  }, [state]);
}

function FileView(view: FileViewProps) {
  if (isPicture(view.record)) return <Picture {...view} />;
  switch (fileKind(view.record.file.type)) {
    case "film":
      return <Film {...view} />;
    case "sound":
      return <Sound {...view} />;
    default:
      return <FileCard {...view} />;
  }
}
