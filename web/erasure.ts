// The end of the account: erased by this page, or found erased and begun anew. Nothing of an erased account
// stays in this browser, and one that another window has begun since is left alone.

import { AccountErased, ConnectionError } from "../shared/client/index.ts";
import { dismissNotice, notify } from "./announcements.ts";
import { forgetAccount } from "./preferences.ts";
import { problemText } from "./problems.ts";
import { session } from "./session.ts";

/** Erases the account at the server and on this device. If that fails, the account is opened again. */
export async function eraseAccount(): Promise<void> {
  dismissNotice(); // what it holds back happens while there is an account
  const { acquaint } = session;
  try {
    await acquaint.erase();
    forgetAccount();
  } catch (error) {
    if (!(error instanceof AccountErased)) {
      await acquaint.close().catch(() => {});
      await session.open();
      // If the answer alone was lost, the page hears once it is connected that the account is no more.
      const isUnsure = error instanceof ConnectionError;
      const what = isUnsure ? "Erasing was cut short." : "Your account was not erased.";
      notify(`${what} ${problemText(error)}`);
      return;
    }
    // Another window is at it.
  }
  session.store.change({ phase: "erased", ending: "erased" });
}

/**
 * Deletes what this browser keeps of the erased account, and begins as on a first visit.
 * @throws AccountErased while another window is still deleting, ConnectionError
 */
export async function beginAnew(): Promise<void> {
  if ((await session.kept()) === "this") await session.acquaint.erase();
  if ((await session.kept()) === "none") forgetAccount();
  location.replace(location.pathname);
}
