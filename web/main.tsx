// Where the page starts.

import { render } from "preact";
import { App } from "./app.tsx";
import { isWelcomed, showTheme } from "./preferences.ts";
import { startRouter } from "./router.ts";
import { session } from "./session.ts";

showTheme();
startRouter();
if (isWelcomed()) void session.open();

const root = document.getElementById("app");
if (root !== null) render(<App />, root);
