// What this browser remembers besides the SDK's store: the theme, alarms, whether the welcome was seen, and whether it
// waits to be let into an account.
// A browser that refuses storage forgets them and works all the same.

export type Theme = "system" | "light" | "dark";

const THEME = "acquaint.theme";
const ALARMS = "acquaint.alarms";
const WELCOMED = "acquaint.welcomed";
const JOINING = "acquaint.joining";

export function theme(): Theme {
  const stored = read(THEME);
  return stored === "light" || stored === "dark" ? stored : "system";
}

export function setTheme(chosen: Theme): void {
  write(THEME, chosen);
  showTheme();
}

/** Without a choice of its own the page follows `prefers-color-scheme`. */
export function showTheme(): void {
  const chosen = theme();
  if (chosen === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = chosen;
}

/** Accounts whose devices contradict what was known of them, with the receipt of the meeting that they break. */
export function alarms(): Readonly<Record<string, string>> {
  try {
    return JSON.parse(read(ALARMS) ?? "{}") as Record<string, string>;
  } catch {
    return {};
  }
}

export function setAlarms(raised: Readonly<Record<string, string>>): void {
  write(ALARMS, JSON.stringify(raised));
}

export function isWelcomed(): boolean {
  return read(WELCOMED) === "yes";
}

export function setWelcomed(): void {
  write(WELCOMED, "yes");
}

/** Whether another device has been asked to let this browser in, and has not answered yet. */
export function isJoining(): boolean {
  return read(JOINING) === "yes";
}

export function setJoining(isAsked: boolean): void {
  if (isAsked) write(JOINING, "yes");
  else remove(JOINING);
}

/** What belongs to an account that is no more. The theme is the browser's, and stays. */
export function forgetAccount(): void {
  for (const key of [WELCOMED, ALARMS, JOINING]) remove(key);
  forgetWindow();
}

/** What is kept for this window alone. */
function forgetWindow(): void {
  try {
    sessionStorage.clear();
  } catch {
    // What was never kept need not go.
  }
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Private windows and full disks: the choice lasts until the page closes.
  }
}

function remove(key: string): void {
  try {
    localStorage.removeItem(key);
  } catch {
    // What was never kept need not go.
  }
}
