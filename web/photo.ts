// Makes a picture from a file small enough to travel in a card: a square of its middle, as a JPEG.

const SIDES_PX = [400, 320, 256, 200, 160, 120];
const QUALITIES = [0.85, 0.7, 0.55];
const BASE64_GROWTH = 4 / 3;
const URI_PREFIX_BYTES = 32;

/**
 * The picture as a data: URI of at most `maxBytes`.
 * @throws RangeError when the browser cannot read the file or nothing fits
 */
export async function photoUriOf(file: Blob, maxBytes: number): Promise<string> {
  const picture = await createImageBitmap(file).catch(() => {
    throw new RangeError("This file is not a picture that can be read here.");
  });
  try {
    for (const side of SIDES_PX) {
      const canvas = drawSquare(picture, side);
      for (const quality of QUALITIES) {
        const jpeg = await encode(canvas, quality);
        if (jpeg !== null && jpeg.size * BASE64_GROWTH + URI_PREFIX_BYTES <= maxBytes) {
          return await dataUriOf(jpeg);
        }
      }
    }
  } finally {
    picture.close();
  }
  throw new RangeError("There is no room left on this card for a photo.");
}

function drawSquare(picture: ImageBitmap, sidePx: number): HTMLCanvasElement {
  const cut = Math.min(picture.width, picture.height);
  const side = Math.min(sidePx, cut);
  const canvas = document.createElement("canvas");
  canvas.width = side;
  canvas.height = side;
  const context = canvas.getContext("2d");
  if (context === null) throw new RangeError("This browser cannot scale pictures.");
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, side, side);
  const left = (picture.width - cut) / 2;
  const top = (picture.height - cut) / 2;
  context.drawImage(picture, left, top, cut, cut, 0, 0, side, side);
  return canvas;
}

function encode(canvas: HTMLCanvasElement, quality: number): Promise<Blob | null> {
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
}

function dataUriOf(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(reader.error ?? new Error("The picture cannot be read."));
    reader.readAsDataURL(blob);
  });
}
