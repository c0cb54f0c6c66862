// The API page: draws this server's own /openapi.json, and asks for nothing else.

import { render } from "preact";
import type { OpenApi } from "./openApi.ts";
import { Reference } from "./Reference.tsx";

async function start(root: HTMLElement): Promise<void> {
  try {
    const response = await fetch("/openapi.json");
    if (!response.ok) throw new Error(`status ${response.status}`);
    render(<Reference document={(await response.json()) as OpenApi} />, root);
    const target = location.hash.slice(1);
    if (target !== "") document.getElementById(target)?.scrollIntoView();
  } catch {
    render(<p role="alert">The server cannot be reached. Reload this page to try again.</p>, root);
  }
}

const root = document.getElementById("app");
if (root !== null) void start(root);
