import { exports, env } from "cloudflare:workers";
import { expect, test } from "vitest";
test("smoke", async () => {
  const response = await exports.default.fetch(new Request("http://x/healthz"));
  expect(response.status).toBe(200);
  expect(env.SERVER_SECRET.length).toBe(43);
});
