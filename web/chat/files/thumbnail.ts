// What travels with a picture or a film, so that its place is known and something of it is seen before it is
// loaded: its sides as it is shown, and a small picture of it. Loaded with the first file that is chosen.

import { THUMBNAIL_MAX_BYTES } from "../../../shared/client/index.ts";
import { fileKind } from "./fileKinds.ts";

export interface Preview {
  readonly thumbnail?: Uint8Array;
  readonly width?: number;
  readonly height?: number;
}

/** Something that a canvas can draw, turned as its file says. */
interface Drawable {
  readonly source: CanvasImageSource;
  readonly width: number;
  readonly height: number;
  readonly close: () => void;
}

const SIDES_PX = [256, 192, 144, 96, 64, 32];
const QUALITIES = [0.75, 0.55, 0.4];
/** A film that shows nothing by then is sent without a picture. */
const FILM_PATIENCE_MS = 5_000;
/** Of a film the picture at its very start is often black. */
const FILM_AT_SECONDS = 0.5;

/** Empty for what cannot be shown here: it is sent all the same. */
export async function previewOf(file: Blob): Promise<Preview> {
  const kind = fileKind(file.type);
  if (kind !== "picture" && kind !== "film") return {};
  const drawable = await (kind === "picture" ? pictureIn(file) : filmIn(file)).catch(() => null);
  if (drawable === null) return {};
  try {
    const { width, height } = drawable;
    const thumbnail = await thumbnailOf(drawable);
    return { width, height, ...(thumbnail !== null && { thumbnail }) };
  } finally {
    drawable.close();
  }
}

async function pictureIn(file: Blob): Promise<Drawable> {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const { width, height } = bitmap;
  return { source: bitmap, width, height, close: () => bitmap.close() };
}

async function filmIn(file: Blob): Promise<Drawable | null> {
  const film = document.createElement("video");
  const url = URL.createObjectURL(file);
  const close = () => {
    film.removeAttribute("src");
    film.load();
    URL.revokeObjectURL(url);
  };
  film.muted = true;
  film.preload = "auto";
  film.src = url;
  try {
    await happens(film, "loadeddata");
    if (film.duration > FILM_AT_SECONDS) {
      film.currentTime = FILM_AT_SECONDS;
      await happens(film, "seeked");
    }
  } catch {
    close();
    return null;
  }
  return { source: film, width: film.videoWidth, height: film.videoHeight, close };
}

function happens(film: HTMLVideoElement, event: "loadeddata" | "seeked"): Promise<void> {
  return new Promise((resolve, reject) => {
    film.addEventListener(event, () => resolve(), { once: true });
    film.addEventListener("error", () => reject(new RangeError("no film")), { once: true });
    setTimeout(() => reject(new RangeError("no film in time")), FILM_PATIENCE_MS);
  });
}

/** The largest and best that is small enough; null when none is. */
async function thumbnailOf(drawable: Drawable): Promise<Uint8Array | null> {
  for (const side of SIDES_PX) {
    const canvas = drawn(drawable, side, false);
    for (const quality of QUALITIES) {
      const encoded =
        (await encode(canvas, "image/webp", quality)) ??
        (await encode(drawn(drawable, side, true), "image/jpeg", quality));
      if (encoded !== null && encoded.size <= THUMBNAIL_MAX_BYTES) {
        return new Uint8Array(await encoded.arrayBuffer());
      }
    }
  }
  return null;
}

/** @param isOnWhite for what is encoded without transparency */
function drawn(
  { source, width, height }: Drawable,
  side: number,
  isOnWhite: boolean,
): HTMLCanvasElement {
  const scale = Math.min(1, side / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d");
  if (context === null) return canvas;
  context.imageSmoothingQuality = "high";
  if (isOnWhite) {
    context.fillStyle = "#ffffff";
    context.fillRect(0, 0, canvas.width, canvas.height);
  }
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** Null where the browser does not write this type. */
async function encode(
  canvas: HTMLCanvasElement,
  type: string,
  quality: number,
): Promise<Blob | null> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, quality));
  return blob?.type === type ? blob : null;
}
