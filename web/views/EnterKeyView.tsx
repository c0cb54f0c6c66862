// Entering a key: typing or scanning it, waiting for the other device, and how it ended. A code
// that came by link is filled in, but only a person sends it: a key takes one try.

import { useEffect, useState } from "preact/hooks";
import { type CodeReader, loadCodes } from "../../shared/client/index.ts";
import { CardPicker } from "../components/CardPicker.tsx";
import { CodeField } from "../components/CodeField.tsx";
import { Entered } from "../components/Entered.tsx";
import { Heading } from "../components/Heading.tsx";
import { Icon } from "../components/Icon.tsx";
import { forgetLinkedCode, go, paths, useLinkedCode } from "../router.ts";
import { Scanner } from "../scanning/Scanner.tsx";
import { session } from "../session.ts";
import { useStore } from "../store.ts";

export function EnterKeyView() {
  const { meetings } = session;
  const progress = useStore(meetings.store, (state) => state.progress);
  const linkedCode = useLinkedCode("enterKey");
  const [text, setText] = useState("");
  useEffect(() => {
    if (linkedCode === null) return;
    meetings.dismiss();
    setText(linkedCode);
    forgetLinkedCode();
  }, [linkedCode]);
  useEffect(() => () => meetings.dismiss(), []);

  if (progress?.way !== "enterKey") return <Entry text={text} onChange={setText} />;
  return (
    <Entered
      progress={progress}
      again="Enter another key"
      onSpent={() => setText("")}
      other={{ label: "Show a key instead", href: paths.showKey }}
    />
  );
}

interface EntryProps {
  readonly text: string;
  readonly onChange: (text: string) => void;
}

function Entry({ text, onChange }: EntryProps) {
  const [isScanning, setScanning] = useState(false);
  const [insists, setInsists] = useState(false);
  const [codes, setCodes] = useState<CodeReader | null>(null);
  useEffect(() => void loadCodes().then(setCodes, () => {}), []);
  // A key that names another language brings its words.
  useEffect(() => void codes?.prepare(text).then(setCodes, () => {}), [codes, text]);
  // Without the words no text can be judged here; sending it tries for them again, and says so.
  const canBeKey = (typed: string) =>
    codes === null || codes.missingFor(typed) !== null
      ? typed.trim() !== ""
      : codes.parse(typed).ok;
  const isReady = canBeKey(text);
  const onSubmit = (event: Event) => {
    event.preventDefault();
    setInsists(!isReady);
    // A code that another device of one's own shows has a place of its own.
    const ofDevice = text.indexOf("#/link/");
    if (ofDevice >= 0) go(text.slice(ofDevice));
    else if (isReady) void session.meetings.enterKey(text);
  };
  const onScanned = (seen: string) => {
    if (codes === null || !canBeKey(seen)) return false;
    onChange(seen);
    setScanning(false);
    return true;
  };
  return (
    <div class="page">
      <Heading>Enter a key</Heading>
      {isScanning ? (
        <Scanner
          onText={onScanned}
          onClose={() => setScanning(false)}
          closeLabel="Type it instead"
          refusal="This QR code is not a key for meeting someone."
        />
      ) : (
        <form class="stack" onSubmit={onSubmit} autocomplete="off">
          <CodeField
            label="The key you were told"
            codes={codes}
            value={text}
            onChange={onChange}
            insists={insists}
          />
          <div class="actions">
            <button type="submit" class="button primary" disabled={!isReady}>
              Meet
            </button>
            {codes !== null && (
              <button type="button" class="button quiet" onClick={() => setScanning(true)}>
                <Icon name="scan" /> Scan a QR code
              </button>
            )}
            <a class="button quiet" href={paths.meet}>
              Cancel
            </a>
          </div>
        </form>
      )}
      <CardPicker />
    </div>
  );
}
