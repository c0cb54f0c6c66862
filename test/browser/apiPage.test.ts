// The API page draws the server's own description under the strict policy of the page, and asks nobody else.

import { expect, test } from "vitest";
import { ROUTE_NOTES } from "../../shared/wire/routeNotes.ts";
import { faultsOfView } from "./viewFaults.ts";
import { world } from "./people.ts";

const { visitor, url } = world();

test.for(["light", "dark"] as const)(
  "the API page shows every endpoint, %s",
  async (colorScheme) => {
    const { page } = await visitor({ colorScheme });
    const asked = new Set<string>();
    page.on("request", (request) => asked.add(new URL(request.url()).origin));
    const response = await page.goto(`${url()}/api`);
    expect(response?.headers()["content-security-policy"]).toContain("default-src 'none'");

    await page.getByRole("heading", { name: "Acquaint: the HTTP interface" }).waitFor();
    for (const { summary } of Object.values(ROUTE_NOTES)) {
      await expect
        .poll(() => page.getByRole("heading", { name: summary, exact: true }).count())
        .toBe(1);
    }
    expect([...asked]).toEqual([url()]);
    await expect.poll(() => faultsOfView(page)).toEqual([]);
  },
);

test("a link to an endpoint leads to it, on a phone too", async () => {
  const { page } = await visitor({ viewport: { width: 390, height: 844 } });
  await page.goto(`${url()}/api#upgrade`);
  const heading = page.getByRole("heading", { name: ROUTE_NOTES.upgrade.summary });
  await heading.waitFor();
  await expect.poll(async () => (await heading.boundingBox())?.y ?? -1).toBeLessThan(844);
  await expect
    .poll(() => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth))
    .toBe(true);
});
