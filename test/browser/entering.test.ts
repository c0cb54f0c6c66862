// KEY-1: what the key field understands, completes and tells at once, and each refusal in words.

import { expect, test } from "vitest";
import { enterKey, heading, keyField, showKey, world } from "./people.ts";

const { person, expectFaults } = world();

async function atField() {
  const someone = await person("Ada");
  await someone.page.getByRole("link", { name: /Enter a key/ }).click();
  const submit = someone.page.getByRole("button", { name: "Meet", exact: true });
  return { ...someone, field: keyField(someone.page), submit };
}

test("a mistyped word is told at once, and a press puts it right", async () => {
  const { page, field, submit } = await atField();
  await field.fill("417-guitor-ocean");
  await page.getByText("“guitor” is not a word of keys.").waitFor();
  await expect.poll(() => submit.isDisabled()).toBe(true);
  await expect.poll(() => field.getAttribute("aria-invalid")).toBe("true");
  await page.getByRole("button", { name: "Did you mean guitar?" }).click();
  await expect.poll(() => field.inputValue()).toBe("417-guitar-ocean");
  await expect.poll(() => submit.isEnabled()).toBe(true);
});

test("a wrong first word is told before the second is typed", async () => {
  const { page, field } = await atField();
  await field.fill("417 guitaz ");
  await page.getByRole("button", { name: "Did you mean guitar?" }).waitFor();
});

test("words complete by arrows, Tab and Enter", async () => {
  const { page, field } = await atField();
  await field.pressSequentially("417-gui");
  await page.getByRole("option", { name: "guitar" }).waitFor();
  await page.keyboard.press("ArrowUp");
  const activeOption = () =>
    field.evaluate(
      (input) =>
        document.getElementById(input.getAttribute("aria-activedescendant") ?? "")?.textContent,
    );
  await expect.poll(activeOption).toBe("guitar");
  await page.keyboard.press("Enter");
  await expect.poll(() => field.inputValue()).toBe("417-guitar-");
  await field.pressSequentially("oce");
  await page.keyboard.press("Tab");
  await expect.poll(() => field.inputValue()).toBe("417-guitar-ocean");
  await page.getByText("Reads as 417 guitar ocean").waitFor();
  await field.fill("417 gui");
  await page.getByRole("option", { name: "guitar" }).click();
  await expect.poll(() => field.inputValue()).toBe("417 guitar ");
});

test.each([
  "417 Guitar  OCEAN",
  "417guitar ocean",
  "417–guit–ocea",
  "417 0123456",
  "https://example.org/#/key/417-guitar-ocean",
])("“%s” is read as a key", async (spelling) => {
  const { page, field, submit } = await atField();
  await field.fill(spelling);
  await page.getByText(/Reads as 417 (guitar ocean|0123456)/).waitFor();
  await expect.poll(() => submit.isEnabled()).toBe(true);
});

test("KEY-3: one's own key is refused with the reason", async () => {
  expectFaults(/status of 409/);
  const ada = await person("Ada");
  const code = await showKey(ada);
  await enterKey(ada, code);
  await heading(ada.page, "This is your own key").waitFor();
});

test("without a connection the page says so and tries again with the same key", async () => {
  expectFaults(/ERR_INTERNET_DISCONNECTED/);
  const [ada, ben] = await Promise.all([person("Ada"), person("Ben")]);
  const code = await showKey(ada);
  await ben.page.getByRole("link", { name: /Enter a key/ }).click();
  await ben.context.setOffline(true);
  await ben.page.getByText("No connection.").waitFor();
  await keyField(ben.page).fill(code);
  await ben.page.getByRole("button", { name: "Meet", exact: true }).click();
  await heading(ben.page, "You are offline").waitFor();
  await ben.context.setOffline(false);
  await ben.page.getByRole("button", { name: "Try again" }).click();
  await expect.poll(() => keyField(ben.page).inputValue()).toBe(code);
  await ben.page.getByRole("button", { name: "Meet", exact: true }).click();
  await heading(ben.page, "You and Ada are now contacts").waitFor();
});

test("KEY-1: a page that cannot fetch the words says so, and fetches them at the next try", async () => {
  expectFaults(/ERR_INTERNET_DISCONNECTED/);
  const [ada, ben] = await Promise.all([person("Ada"), person("Ben")]);
  const code = await showKey(ada);
  await ben.context.route("**/english-*.js", (route) => route.abort("internetdisconnected"));
  await ben.page.reload();
  await enterKey(ben, code);
  await heading(ben.page, "You are offline").waitFor();
  await ben.context.unroute("**/english-*.js");
  await ben.page.getByRole("button", { name: "Try again" }).click();
  await ben.page.getByText(`Reads as ${code.replaceAll("-", " ")}`).waitFor();
  await ben.page.getByRole("button", { name: "Meet", exact: true }).click();
  await heading(ben.page, "You and Ada are now contacts").waitFor();
});

test("PAS-8: after too many wrong keys the page counts down to the next try", async () => {
  expectFaults(/status of 42[89]/);
  const { page, field, submit } = await atField();
  const pause = heading(page, "A short break");
  const failure = heading(page, "That key did not match");
  for (let tries = 0; tries < 8 && !(await pause.isVisible()); tries++) {
    await field.fill("987654321 zoo zoo");
    await submit.click();
    await failure.or(pause).waitFor();
    if (await failure.isVisible()) {
      await page.getByRole("button", { name: "Enter another key" }).click();
      await field.waitFor();
    }
  }
  const again = page.getByRole("button", { name: /^Try again/ });
  await expect.poll(() => again.textContent()).toMatch(/^Try again in \d+ s$/);
  await expect.poll(() => again.isDisabled()).toBe(true);
});
