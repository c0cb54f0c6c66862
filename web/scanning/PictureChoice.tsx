// A code that is in a picture already, as a photo or a screenshot: the way for who has no camera here.

import { useEffect, useRef } from "preact/hooks";
import type { QrDetector } from "./qrDetector.ts";
import { ScannerIcon } from "./ScannerIcon.tsx";

const NO_CODE =
  "No QR code can be read in this picture. Take one that is sharp and shows all of the code.";

interface PictureChoiceProps {
  readonly class: string;
  readonly load: () => Promise<QrDetector>;
  readonly onText: (text: string) => boolean;
  /** What to tell the person. */
  readonly onRemark: (text: string) => void;
}

export function PictureChoice({ class: look, load, onText, onRemark }: PictureChoiceProps) {
  const file = useRef<HTMLInputElement>(null);
  const isGone = useRef(false);
  useEffect(() => () => void (isGone.current = true), []);
  const read = async (picked: File) => {
    onRemark("Looking at the picture…");
    const texts = await textsIn(picked, load).catch((error: unknown) =>
      error instanceof RangeError ? error.message : "The picture cannot be read now. Try again.",
    );
    if (isGone.current) return;
    if (typeof texts === "string") onRemark(texts);
    else if (texts.length === 0) onRemark(NO_CODE);
    else texts.some(onText);
  };
  return (
    <>
      <button type="button" class={look} onClick={() => file.current?.click()}>
        <ScannerIcon name="picture" /> Choose a picture
      </button>
      <input
        ref={file}
        type="file"
        hidden
        accept="image/*"
        aria-label="Picture of a QR code"
        onChange={(event) => {
          const picked = event.currentTarget.files?.[0];
          event.currentTarget.value = "";
          if (picked) void read(picked);
        }}
      />
    </>
  );
}

/** @throws RangeError with a text for people when it is no picture; Error when the decoder cannot be fetched */
async function textsIn(file: File, load: () => Promise<QrDetector>): Promise<readonly string[]> {
  const picture = await createImageBitmap(file).catch(() => {
    throw new RangeError("This file is not a picture that can be read here.");
  });
  try {
    return await (await load()).search(picture);
  } finally {
    picture.close();
  }
}
