// What is wrong with the view on a page, as far as a program can tell: names of controls, one main
// heading, landmarks, target sizes, contrast of every text by WCAG 2.2 AA, no sideways scrolling.

import axe, { type AxeResults } from "axe-core";
import type { Page, ViewportSize } from "playwright-core";

export async function faultsOfView(page: Page): Promise<string[]> {
  return [...(await ownFaults(page)), ...(await axeFaults(page))];
}

/** Of the view in each theme and, where sizes are given, in each of them, told with what it was; leaves the last. */
export async function faultsInBothThemes(
  page: Page,
  sizes: readonly ViewportSize[] = [],
): Promise<string[]> {
  const found: string[] = [];
  for (const size of sizes.length > 0 ? sizes : [null]) {
    if (size !== null) await page.setViewportSize(size);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await settled(page);
      const look = size === null ? colorScheme : `${colorScheme}, ${size.width} wide`;
      found.push(...(await faultsOfView(page)).map((fault) => `${look}: ${fault}`));
    }
  }
  return found;
}

/** Colours that are on their way from one to the other are neither. */
function settled(page: Page): Promise<unknown> {
  return page.evaluate(async () => {
    // A transition to the other theme begins with the next frame.
    await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)));
    const ending = document
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map(({ finished }) => finished));
  });
}

/** By axe-core's rules for WCAG 2.2 AA and good practice: roles, states, landmarks and more. */
async function axeFaults(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe.source);
  // What is well, which is most, need not be described.
  const found = await page.evaluate(
    'axe.run({ resultTypes: ["violations"] }).then(({ violations }) => violations)',
  );
  const violations = found as AxeResults["violations"];
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

function ownFaults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const TARGET_PX = 44;
    const faults: string[] = [];
    const isShown = (element: Element) =>
      element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
    const nameOf = (element: Element) => element.outerHTML.slice(0, 90);

    const controls = document.querySelectorAll("a[href], button, input, select, textarea");
    for (const control of [...controls].filter(isShown)) {
      const labels = "labels" in control ? [...((control.labels as NodeList | null) ?? [])] : [];
      const name = [
        control.getAttribute("aria-label"),
        control.textContent,
        ...labels.map((label) => label.textContent),
      ];
      const isField = control.matches("input, select, textarea");
      const said = isField ? [name[0], ...name.slice(2)] : name;
      if (!said.some((text) => text?.trim())) faults.push(`no name: ${nameOf(control)}`);
      const { width, height } = control.getBoundingClientRect();
      const isInText = control.matches("p a, .remark a, .banner a, .skip");
      if (!isInText && (height < TARGET_PX || width < TARGET_PX)) {
        faults.push(`target ${Math.round(width)}x${Math.round(height)}: ${nameOf(control)}`);
      }
    }

    if (document.querySelectorAll("h1").length !== 1) faults.push("not one h1");
    if (document.querySelectorAll("main").length !== 1) faults.push("not one main");
    if (document.documentElement.lang === "") faults.push("no language");
    for (const image of document.querySelectorAll(
      "img:not([alt]), svg:not([aria-hidden], [aria-label])",
    )) {
      faults.push(`no text for ${nameOf(image)}`);
    }
    if (document.documentElement.scrollWidth > innerWidth) faults.push("scrolls sideways");

    const channels = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number);
    const luminance = (color: string) => {
      const [r = 0, g = 0, b = 0] = channels(color).map((channel) => {
        const share = channel / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const backgroundOf = (element: Element | null): string => {
      if (element === null) return "rgb(255, 255, 255)";
      const { backgroundColor } = getComputedStyle(element);
      return channels(backgroundColor)[3] === 0
        ? backgroundOf(element.parentElement)
        : backgroundColor;
    };
    const ratioOf = (...colors: readonly [string, string]) => {
      const [dark = 0, light = 0] = colors.map(luminance).toSorted((a, b) => a - b);
      return (light + 0.05) / (dark + 0.05);
    };
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const element = texts.currentNode.parentElement;
      const isText = texts.currentNode.textContent?.trim() !== "";
      if (
        !isText ||
        element === null ||
        !isShown(element) ||
        element.closest(".unseen, :disabled, noscript")
      )
        continue;
      const style = getComputedStyle(element);
      const sizePx = Number.parseFloat(style.fontSize);
      const isLarge = sizePx >= 24 || (sizePx >= 18.66 && Number(style.fontWeight) >= 700);
      const ratio = ratioOf(style.color, backgroundOf(element));
      if (ratio < (isLarge ? 3 : 4.5))
        faults.push(`contrast ${ratio.toFixed(2)}: ${nameOf(element)}`);
    }
    for (const field of document.querySelectorAll(":placeholder-shown:not([placeholder=''])")) {
      if (!isShown(field)) continue;
      const { color, opacity } = getComputedStyle(field, "::placeholder");
      const ground = backgroundOf(field);
      const below = channels(ground);
      const seen = channels(color)
        .slice(0, 3)
        .map((channel, at) => channel * Number(opacity) + below[at]! * (1 - Number(opacity)));
      const ratio = ratioOf(`rgb(${seen.join()})`, ground);
      if (ratio < 4.5) faults.push(`contrast of placeholder ${ratio.toFixed(2)}: ${nameOf(field)}`);
    }
    return faults;
  });
}
