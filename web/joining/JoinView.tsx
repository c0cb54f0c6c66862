// An account that one has already comes to this browser: entering what the other device shows or what one wrote
// down, waiting to be let in, and how it ended.

import { useEffect, useState } from "preact/hooks";
import { Choice } from "../components/Choice.tsx";
import { Ended } from "../components/Failure.tsx";
import { Field } from "../components/Field.tsx";
import { Heading } from "../components/Heading.tsx";
import { Icon } from "../components/Icon.tsx";
import { MeetingMark } from "../components/MeetingMark.tsx";
import { Waiting } from "../components/Waiting.tsx";
import { DECLINED, explainLink, IN_USE } from "../devices/linkEndings.ts";
import { forgetLinkedCode, go, paths, useLinkedCode } from "../router.ts";
import { useSession } from "../session.ts";
import { useStore } from "../store.ts";
import { CodeEntry } from "./CodeEntry.tsx";
import { guessedDeviceName } from "./deviceName.ts";
import { type JoinProgress, joining } from "./joining.ts";
import { RestoreEntry } from "./RestoreEntry.tsx";
import { SpokenEntry } from "./SpokenEntry.tsx";

const DEVICE_NAME_MAX_CHARS = 40;

/** @param props.isNew whether this browser has no account open */
export function JoinView({ isNew }: { readonly isNew: boolean }) {
  const { progress, isRefused } = useStore(joining.store, (state) => state);
  const contacts = useSession((state) => state.contacts);
  const linkedCode = useLinkedCode("join");
  const [code, setCode] = useState("");
  const [name, setName] = useState(guessedDeviceName);
  useEffect(() => {
    if (linkedCode === null) return;
    setCode(linkedCode);
    forgetLinkedCode();
  }, [linkedCode]);
  useEffect(() => {
    void joining.resume();
    return () => void joining.leave();
  }, []);
  const again = () => {
    if (isRefused || progress?.startError === null) setCode("");
    void joining.cancel().catch(() => {});
  };
  const back = { label: "Back", href: isNew ? paths.meet : paths.you };
  if (!isNew && contacts.length > 0) {
    return (
      <div class="page">
        <Ended
          explanation={{ ...IN_USE, waitSeconds: 0 }}
          again="Link another device to this account"
          onAgain={() => go(paths.linkDevice)}
          other={back}
        />
      </div>
    );
  }
  if (isRefused || progress?.stage === "failed") {
    const ended = progress === null ? { ...DECLINED, waitSeconds: 0 } : explainLink(progress);
    return (
      <div class="page">
        <Ended
          explanation={ended}
          again={isRefused || progress?.startError === null ? "Enter another code" : "Try again"}
          onAgain={again}
          other={back}
        />
      </div>
    );
  }
  if (progress?.stage === "connected") return <Asked progress={progress} name={name} />;
  // What was typed stays until it has left: what is wrong with it is said beside it.
  if (progress === null || progress.stage === "starting") {
    return <Entry isNew={isNew} code={code} onCode={setCode} name={name} onName={setName} />;
  }
  return <Waiting isConnectionLost={progress.isConnectionLost} onCancel={again} />;
}

interface EntryProps {
  readonly isNew: boolean;
  readonly code: string;
  readonly onCode: (code: string) => void;
  readonly name: string;
  readonly onName: (name: string) => void;
}

type Way = "code" | "spoken" | "words";

const WAYS: readonly { readonly value: Way; readonly label: string }[] = [
  { value: "code", label: "Code" },
  { value: "spoken", label: "Passphrase" },
  { value: "words", label: "Twelve words" },
];

function Entry({ isNew, code, onCode, name, onName }: EntryProps) {
  const [way, setWay] = useState<Way>("code");
  const nameField = (
    <Field
      label="Call this device"
      help="So that you know it among your devices."
      value={name}
      onChange={onName}
      maxLength={DEVICE_NAME_MAX_CHARS}
    />
  );
  const shared = { name: name.trim(), nameField };
  return (
    <div class="page">
      <a class="back" href={isNew ? paths.meet : paths.you}>
        <Icon name="back" /> Back
      </a>
      <Heading>Use your account here</Heading>
      {!isNew && (
        <p class="remark">
          This browser has begun an account without contacts. The other one takes its place.
        </p>
      )}
      <Choice legend="What you have" options={WAYS} value={way} onChange={setWay} />
      {way === "code" && <CodeEntry {...shared} code={code} onCode={onCode} />}
      {way === "spoken" && <SpokenEntry {...shared} />}
      {way === "words" && <RestoreEntry {...shared} />}
    </div>
  );
}

function Asked({ progress, name }: { readonly progress: JoinProgress; readonly name: string }) {
  return (
    <section class="page outcome" data-outcome="underway">
      <MeetingMark closeness="near" />
      <Heading subject="asked">Confirm on your other device</Heading>
      <p class="lead">
        It asks whether {name.trim() === "" ? "this device" : `“${name.trim()}”`} may join your
        account. Press “Add” there; your contacts and messages then come here by themselves.
      </p>
      <p class="lead" role="status">
        {progress.isConnectionLost
          ? "The connection is lost. Reconnecting…"
          : "Waiting for your other device…"}
      </p>
      <div class="actions">
        <button
          type="button"
          class="button quiet"
          onClick={() => void joining.cancel().catch(() => {})}
        >
          Cancel
        </button>
      </div>
    </section>
  );
}
