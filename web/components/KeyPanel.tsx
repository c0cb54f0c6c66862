// A key or a code on show: in words or digits, as a QR code, with its clock and the ways to hand it on.

import { useState } from "preact/hooks";
import type { ShownKey } from "../../shared/client/index.ts";
import { canShare, copy, share } from "../sharing.ts";
import { CountdownRing } from "./CountdownRing.tsx";
import { Icon } from "./Icon.tsx";
import { KeyWords } from "./KeyWords.tsx";
import { QrCode } from "./QrCode.tsx";

interface KeyPanelProps {
  readonly shown: ShownKey;
  readonly secondsLeft: number;
  readonly totalSeconds: number;
  /** As a sentence begins with it. */
  readonly what: string;
  readonly qrLabel: string;
  /** Null for what is not to be sent to others. */
  readonly shareTitle: string | null;
}

export function KeyPanel(props: KeyPanelProps) {
  const { shown, secondsLeft, totalSeconds, what, qrLabel, shareTitle } = props;
  const [asDigits, setAsDigits] = useState(false);
  return (
    <div class="key-panel">
      <div class="key-said">
        <KeyWords shown={shown} asDigits={asDigits} />
        <CountdownRing secondsLeft={secondsLeft} totalSeconds={totalSeconds} />
      </div>
      <div class="key-code">
        <QrCode text={shown.link} label={qrLabel} />
      </div>
      <div class="key-tools">
        <button type="button" class="tool" onClick={() => void copy(shown.code, what)}>
          <Icon name="copy" /> Copy
        </button>
        {canShare && shareTitle !== null && (
          <button type="button" class="tool" onClick={() => void share(shareTitle, shown.link)}>
            <Icon name="share" /> Share
          </button>
        )}
        <button type="button" class="tool" onClick={() => void copy(shown.link, "The link")}>
          <Icon name="link" /> Copy link
        </button>
        <button
          type="button"
          class="tool"
          aria-pressed={asDigits}
          onClick={() => setAsDigits(!asDigits)}
        >
          <Icon name="keyboard" /> Digits
        </button>
      </div>
    </div>
  );
}
