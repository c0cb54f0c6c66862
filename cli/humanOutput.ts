// What people see. Every text that came from elsewhere passes `printable` on its way here.
import type { Contact } from "../shared/client/node.ts";
import type { Presenter } from "./output.ts";
import { cardLines } from "./cardText.ts";
import { contactLines, shortId } from "./contactText.ts";
import { startCountdown, type Countdown } from "./countdown.ts";
import type { CliError } from "./errors.ts";
import type { CliEvent } from "./events.ts";
import { adviceOnFailure } from "./advice.ts";
import { keyLines } from "./keyText.ts";
import { printable } from "./printable.ts";
import { styled, type Terminal } from "./terminal.ts";

export function humanPresenter(out: Terminal, errors: Terminal): Presenter {
  let countdown: Countdown | null = null;
  let role: "initiator" | "responder" = "responder";

  const endCountdown = (): void => {
    countdown?.stop();
    countdown = null;
  };
  const say = (...lines: string[]): void => out.write(lines.map((line) => `${line}\n`).join(""));

  function showKey(event: Extract<CliEvent, { event: "key" }>): void {
    role = "initiator";
    say(...keyLines(event, out));
    countdown = startCountdown(event.expiresAt, out);
  }

  function show(event: CliEvent): void {
    if (event.event !== "connection") endCountdown();
    switch (event.event) {
      case "key":
        return showKey(event);
      case "claimed":
        return say(
          role === "initiator"
            ? "Somebody has entered the key. Checking it …"
            : "The key is on its way. Waiting for the other device to answer …",
        );
      case "connection":
        countdown?.interject(
          event.state === "lost" ? "The connection is lost; trying again …" : "Connected again.",
        );
        if (countdown === null) {
          say(
            event.state === "lost" ? "The connection is lost; trying again …" : "Connected again.",
          );
        }
        return;
      case "matched":
        return say(styled(out, ["green", "bold"], "✓ The keys match."));
      case "card":
        return say(...cardNews(event));
      case "connected":
        return say(
          styled(out, ["green", "bold"], `✓ You and ${printable(event.contact.name)} have met.`),
          ...contactLines(event.contact, out),
          ...namingHint(event.contact),
        );
      case "failed":
        return say(...failureLines(event));
      case "whoami":
      case "profile":
        return say(...profileLines(event));
      case "contact":
        say(...contactLines(event, out));
        if (event.card != null) say(...cardLines(event.card, out));
        if (event.file !== undefined) say(`  card written to ${printable(event.file)}`);
        return;
      case "recoveryPhrase":
        return say(
          event.recoveryPhrase ?? "The recovery phrase is not kept on this device anymore.",
        );
      case "help":
        return out.write(event.text);
      case "version":
        return say(`acquaint ${event.version}`);
    }
  }

  function failureLines(event: Extract<CliEvent, { event: "failed" }>): string[] {
    if (event.byYou === true) return ["Cancelled. The other side is told."];
    const { title, lines } = adviceOnFailure(event.reason, role);
    return [styled(out, ["red", "bold"], `✗ ${title}`), ...lines.map((line) => `  ${line}`)];
  }

  function cardNews(event: Extract<CliEvent, { event: "card" }>): string[] {
    if (event.problem !== null)
      return [`Their card could not be read: ${printable(event.problem)}`];
    if (event.card === null) return ["They sent no card."];
    const where = event.file === null ? [] : [`  written to ${printable(event.file)}`];
    return ["Their card:", ...cardLines(event.card, out), ...where];
  }

  function profileLines(me: Extract<CliEvent, { event: "whoami" | "profile" }>): string[] {
    const facts = [
      ["name", me.name === "" ? "none yet (acquaint profile --name N)" : printable(me.name)],
      ["handle", me.handle === null ? "none" : `@${me.handle}`],
      ["found by", me.handle === null ? "nobody, without a handle" : VISIBILITY[me.visibility]],
      ["user id", me.userId],
      ["device", me.deviceId],
      ...(me.event === "whoami"
        ? [
            ["server", me.server],
            ["home", printable(me.home)],
          ]
        : []),
    ] as const;
    return facts.map(([label, value]) => `${styled(out, "dim", label.padEnd(10))}${value}`);
  }

  return {
    json: false,
    show,
    remark: (text) => {
      endCountdown();
      errors.write(`${printable(text)}\n`);
    },
    revealRecoveryPhrase(phrase) {
      if (!errors.interactive) return false;
      errors.write(recoveryText(styled(errors, "bold", phrase)));
      return true;
    },
    fail(error: CliError) {
      endCountdown();
      errors.write(`${styled(errors, ["red", "bold"], "acquaint:")} ${printable(error.message)}\n`);
      if (error.hint !== null) errors.write(`  ${printable(error.hint)}\n`);
    },
    close: endCountdown,
  };
}

function recoveryText(phrase: string): string {
  return `
Its recovery phrase, shown this once. These twelve words restore the account when
this device is lost, and whoever has them is you. Write them down on paper:

    ${phrase}

To see them again: acquaint whoami --recovery-phrase

`;
}

/** Who has not given a name is called by a short form of the id, which nobody remembers. */
function namingHint({ name, userId }: Contact): string[] {
  const isNameless = name.includes("…") && userId.startsWith(name.split("…")[0] ?? "");
  return isNameless ? [`  Give them a name: acquaint contacts rename ${shortId(userId)} NAME`] : [];
}

const VISIBILITY = {
  anyone: "anyone who knows the handle",
  contactsOfContacts: "contacts of your contacts who know the handle",
  nobody: "nobody",
} as const;
