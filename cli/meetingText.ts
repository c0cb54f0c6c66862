// The steps of a meeting for people, by how one meets: by a key that is shown, or by a passphrase.
// What an end means and what helps is the SDK's advice, the same as on the page.
import type { Asked, FailureReason, Meeting } from "../shared/client/node.ts";
import type { Counted } from "./countdown.ts";
import { framed } from "./keyText.ts";
import { printable, shortened } from "./printable.ts";
import { styled, type Terminal } from "./terminal.ts";

const LINE_MAX_CHARS = 78;
const NAME_MAX_CHARS = 30;

/** What people need besides an event to understand it. */
export interface MeetingView {
  readonly method: Meeting["method"];
  readonly role: Meeting["role"];
  /** How the other is called, where that is known beforehand. */
  readonly other: string | null;
  /** The command that starts over. */
  readonly again: string;
}

/** After these, starting over is the next step. */
const AGAIN: readonly FailureReason[] = ["mismatch", "timedOut", "cancelled", "refused"];

export function failureLines(
  { reason, advice }: { readonly reason: FailureReason; readonly advice: string },
  { again }: Pick<MeetingView, "again">,
  out: Terminal,
): string[] {
  return [
    styled(out, ["red", "bold"], `✗ Not met: ${reason}.`),
    ...wrapped(advice).map((line) => `  ${line}`),
    ...(AGAIN.includes(reason) ? [`  To start over: ${again}`] : []),
  ];
}

export function claimedText({ method, role, other }: MeetingView): string {
  if (method !== "passphrase") {
    const what = method === "key" ? "key" : "code";
    return role === "initiator"
      ? `The ${what} was entered. Checking it …`
      : `The ${what} is on its way. Waiting for the other device to answer …`;
  }
  return role === "initiator"
    ? `${nameOf(other, "Somebody")} has answered. Checking the passphrase …`
    : "Your answer is on its way. Waiting for the other device …";
}

export function matchedText({ method }: MeetingView): string {
  return MATCHED[method];
}

const MATCHED: Readonly<Record<MeetingView["method"], string>> = {
  key: "✓ The keys match.",
  passphrase: "✓ The passphrases match.",
  link: "✓ Both devices have the same.",
};

export function askedLines(
  { to, locator }: Asked,
  { method, other }: MeetingView,
  out: Terminal,
): string[] {
  if (method === "link") {
    return [
      "The number. Enter it on your other device, with the passphrase:",
      "",
      ...framed(locator, out),
      "",
      `There: the server's page, or acquaint devices join --locator ${locator}`,
      "",
    ];
  }
  if (to !== null) {
    return [
      `You ask ${nameOf(other, "them")} to meet. If they are there, they are asked for the passphrase`,
      "now; tell it to them, if you have not. They answer on the server's page, or run:",
      "  acquaint answer",
    ];
  }
  return [
    "Your locator. Tell it to the one person whom you are meeting, with the passphrase:",
    "",
    ...framed(locator, out),
    "",
    "They enter both on the server's page, or run:",
    `  acquaint answer --locator ${locator}`,
    "It serves once. Whoever answers first has the one guess at the passphrase.",
    "",
  ];
}

export function passphraseLines(passphrase: string, out: Terminal): string[] {
  return [
    "Your passphrase. Say it aloud to the one person whom you are meeting:",
    "",
    ...framed(passphrase, out),
    "",
  ];
}

/** T1: until the other has answered. */
export function countedUntilAnswer({ method, other }: MeetingView): Counted {
  return method !== "passphrase"
    ? {
        live: "Waiting for them",
        plain: `Waiting for them. The ${method === "key" ? "key" : "code"} is good for`,
      }
    : {
        live: `Waiting for ${nameOf(other, "them")}`,
        plain: `Waiting for ${nameOf(other, "them")}. They can answer for`,
      };
}

/** T2: until all is done. It takes a moment, unless a device has lost its connection. */
export const COUNTED_UNTIL_DONE: Counted = { live: "Under way", plain: null };

function nameOf(other: string | null, otherwise: string): string {
  return other === null ? otherwise : shortened(printable(other), NAME_MAX_CHARS);
}

function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= LINE_MAX_CHARS) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
