// What a browser's camera is made to see: a QR code on a screen that somebody holds up, a little out of the middle,
// turned and unsharp, as a Y4M film for Chromium's --use-file-for-fake-video-capture.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import encodeQR from "qr";

const WIDTH = 640;
const HEIGHT = 480;
const HEADER = `YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\n`;
const FRAMES = 3;

/** Of the code with its quiet zone, turned about its middle. */
const SIDE_PX = 400;
const OFF_CENTRE_PX = { x: 23, y: -9 };
const TURN_RADIANS = 0.07;
/** A hand is never still. */
const DRIFT_PX = 1.3;

const QUIET_MODULES = 4;
const INK = 38;
const PAPER = 214;
const WALL = 120;
const COLOURLESS = 128;
/** A pixel is the mean of so many points in both directions, which leaves edges grey. */
const POINTS = 2;

export interface FakeCamera {
  /** The path of the film. */
  readonly file: string;
  readonly remove: () => void;
}

/** A camera that sees `text` as a QR code; with an empty text, a wall. */
export function fakeCamera(text: string): FakeCamera {
  const folder = mkdtempSync(join(tmpdir(), "camera-"));
  const file = join(folder, "code.y4m");
  writeFileSync(file, filmOf(text));
  return { file, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function filmOf(text: string): Buffer {
  const colours = Buffer.alloc((WIDTH * HEIGHT) / 2, COLOURLESS);
  const parts: Buffer[] = [Buffer.from(HEADER, "latin1")];
  for (let frame = 0; frame < FRAMES; frame++) {
    parts.push(Buffer.from("FRAME\n", "latin1"), pictureOf(text, frame), colours);
  }
  return Buffer.concat(parts);
}

/** The brightness of each pixel of a frame, row by row, 640 to a row. */
function pictureOf(text: string, frame: number): Buffer {
  const rows = text === "" ? [] : encodeQR(text, "raw", { ecc: "medium", border: QUIET_MODULES });
  const modulePx = SIDE_PX / rows.length;
  const middle = {
    x: WIDTH / 2 + OFF_CENTRE_PX.x + DRIFT_PX * frame,
    y: HEIGHT / 2 + OFF_CENTRE_PX.y - DRIFT_PX * frame,
  };
  const [cos, sin] = [Math.cos(TURN_RADIANS) / modulePx, Math.sin(TURN_RADIANS) / modulePx];
  const brightnessAt = (x: number, y: number) => {
    const [right, down] = [x - middle.x, y - middle.y];
    const row = rows[Math.floor(down * cos - right * sin + rows.length / 2)];
    const isDark = row?.[Math.floor(right * cos + down * sin + rows.length / 2)];
    if (isDark === undefined) return WALL + (30 * x) / WIDTH;
    return isDark ? INK : PAPER;
  };
  const picture = Buffer.alloc(WIDTH * HEIGHT);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      let sum = 0;
      for (let point = 0; point < POINTS * POINTS; point++) {
        sum += brightnessAt(x + (point % POINTS) / POINTS, y + Math.floor(point / POINTS) / POINTS);
      }
      picture[y * WIDTH + x] = sum / (POINTS * POINTS);
    }
  }
  return picture;
}
