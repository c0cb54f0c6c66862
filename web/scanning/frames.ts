// Cuts pictures down to what a decoder reads fast: the middle in detail, and all of it made smaller.

export type Picture = HTMLVideoElement | ImageBitmap;

/** Of a camera's frame, the longer side. A code of 77 modules that fills half of it keeps six pixels a module. */
const WHOLE_PX = 960;
const MIDDLE_PX = 800;
/** Of a photo: a large one is tried large first, then smaller, where the noise of its pixels is gone. */
const PHOTO_PX = [1600, 900, 500];

interface Cut {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export class Frames {
  readonly #canvas = document.createElement("canvas");
  readonly #context = this.#canvas.getContext("2d", { willReadFrequently: true });
  #isMiddleNext = true;

  /** The middle square and the whole by turns; null while the video has no picture. */
  next(video: HTMLVideoElement): ImageData | null {
    const size = { width: video.videoWidth, height: video.videoHeight };
    const isMiddle = this.#isMiddleNext;
    this.#isMiddleNext = !isMiddle;
    return isMiddle
      ? this.#draw(video, middleOf(size), MIDDLE_PX)
      : this.#draw(video, wholeOf(size), WHOLE_PX);
  }

  /** The whole in several sizes, and then its middle in detail. */
  *all(picture: ImageBitmap): Generator<ImageData | null> {
    const longest = Math.max(picture.width, picture.height);
    for (const side of PHOTO_PX) {
      if (side < longest || side === PHOTO_PX[0]) yield this.#draw(picture, wholeOf(picture), side);
    }
    yield this.#draw(picture, middleOf(picture), PHOTO_PX[0]!);
  }

  /** Never larger than it is. */
  #draw(picture: Picture, cut: Cut, longestPx: number): ImageData | null {
    const scale = Math.min(1, longestPx / Math.max(cut.width, cut.height));
    const width = Math.round(cut.width * scale);
    const height = Math.round(cut.height * scale);
    if (this.#context === null || !(width > 0 && height > 0)) return null;
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
    // What is transparent in a picture is taken for paper.
    this.#context.fillStyle = "#ffffff";
    this.#context.fillRect(0, 0, width, height);
    const { left, top } = cut;
    this.#context.drawImage(picture, left, top, cut.width, cut.height, 0, 0, width, height);
    return this.#context.getImageData(0, 0, width, height);
  }
}

function wholeOf({ width, height }: Pick<Cut, "width" | "height">): Cut {
  return { left: 0, top: 0, width, height };
}

function middleOf({ width, height }: Pick<Cut, "width" | "height">): Cut {
  const side = Math.min(width, height);
  return { left: (width - side) / 2, top: (height - side) / 2, width: side, height: side };
}
