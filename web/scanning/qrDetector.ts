// Finds the texts of QR codes in pictures: by what the browser has of its own, else by a decoder that is loaded for
// it. No picture leaves the page.

import { Frames, type Picture } from "./frames.ts";

export interface QrDetector {
  /** The texts in a frame of the camera; looks at a different part of it each time, so that many looks see all. */
  readonly look: (video: HTMLVideoElement) => Promise<readonly string[]>;
  /** The texts in a picture that does not change: takes its time. */
  readonly search: (picture: ImageBitmap) => Promise<readonly string[]>;
}

interface BrowserDetector {
  detect(source: Picture): Promise<readonly { readonly rawValue: string }[]>;
}

interface BrowserDetectorClass {
  new (options: { readonly formats: readonly string[] }): BrowserDetector;
  getSupportedFormats(): Promise<readonly string[]>;
}

/** More guesses at where the corners are; the time for them is bounded below. */
const EFFORT_FOR_FRAMES = 4;
const FRAME_LIMIT_MS = 16;
const EFFORT_FOR_PICTURES = 64;
const PICTURE_LIMIT_MS = 400;

/** @throws Error when the decoder is needed and cannot be fetched */
export async function loadQrDetector(): Promise<QrDetector> {
  const own = await browserDetector();
  return own === null ? loadDecoder() : withDecoderBehind(own);
}

async function browserDetector(): Promise<BrowserDetector | null> {
  const { BarcodeDetector } = globalThis as { readonly BarcodeDetector?: BrowserDetectorClass };
  try {
    const formats = await BarcodeDetector?.getSupportedFormats();
    if (BarcodeDetector === undefined || !formats?.includes("qr_code")) return null;
    return new BarcodeDetector({ formats: ["qr_code"] });
  } catch {
    return null;
  }
}

/** Some browsers promise to detect and then lack the system's service for it: from then on the decoder does it. */
function withDecoderBehind(own: BrowserDetector): QrDetector {
  let decoder: Promise<QrDetector> | undefined;
  const detect = async (
    picture: Picture,
    instead: (other: QrDetector) => Promise<readonly string[]>,
  ) => {
    if (decoder === undefined) {
      try {
        return (await own.detect(picture)).map(({ rawValue }) => rawValue);
      } catch {
        decoder = loadDecoder();
        decoder.catch(() => (decoder = undefined));
      }
    }
    return instead(await decoder);
  };
  return {
    look: (video) => detect(video, (other) => other.look(video)),
    search: async (picture) => {
      const found = await detect(picture, (other) => other.search(picture));
      if (found.length > 0 || decoder !== undefined) return found;
      // Of a still picture there is one look only: what one detector misses, the other may see.
      return (await loadDecoder()).search(picture);
    },
  };
}

async function loadDecoder(): Promise<QrDetector> {
  const { decodeQR } = await import("qr/decode.js");
  const frames = new Frames();
  const textsIn = (image: ImageData | null, effort: number, timeLimit: number) => {
    if (image === null) return [];
    try {
      return [decodeQR(image, { format: "RGBX", effort, timeLimit })];
    } catch {
      return []; // no code in it, or none that can be read
    }
  };
  return {
    look: async (video) => textsIn(frames.next(video), EFFORT_FOR_FRAMES, FRAME_LIMIT_MS),
    search: async (picture) => {
      for (const image of frames.all(picture)) {
        const texts = textsIn(image, EFFORT_FOR_PICTURES, PICTURE_LIMIT_MS);
        if (texts.length > 0) return texts;
      }
      return [];
    },
  };
}
