// Finds a browser on this machine for the tests of the page.

import { existsSync } from "node:fs";

const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/** The path of a Chromium or Chrome, or undefined where there is none. */
export function findChromium(): string | undefined {
  return PLACES.find((path) => existsSync(path));
}
