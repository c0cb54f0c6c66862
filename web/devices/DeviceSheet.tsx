// One device: its name, and its removal, which takes a second word since it cannot be taken back.

import { useState } from "preact/hooks";
import type { DeviceInfo } from "../../shared/client/index.ts";
import { notify } from "../announcements.ts";
import { dayAndTimeText } from "../clock.ts";
import { Field } from "../components/Field.tsx";
import { Heading } from "../components/Heading.tsx";
import { Icon } from "../components/Icon.tsx";
import { Sheet } from "../components/Sheet.tsx";
import { problemText } from "../problems.ts";
import { deviceName, ownDevices } from "./ownDevices.ts";

const DEVICE_NAME_MAX_CHARS = 40;

interface DeviceSheetProps {
  readonly device: DeviceInfo;
  /** Then it cannot be removed: an account without devices would be lost. */
  readonly isOnly: boolean;
  readonly onClose: () => void;
}

export function DeviceSheet({ device, isOnly, onClose }: DeviceSheetProps) {
  const [isRemoving, setRemoving] = useState(false);
  const [name, setName] = useState(deviceName(device));
  const rename = async () => {
    try {
      await ownDevices.rename(device.number, name.trim());
      onClose();
      notify(`The device is called “${name.trim()}” now.`);
    } catch (error) {
      notify(problemText(error));
    }
  };
  const handOver = async () => {
    try {
      await ownDevices.handOver(device.number);
      onClose();
      notify(`${deviceName(device)} gets all that this device has, sealed.`);
    } catch (error) {
      notify(problemText(error));
    }
  };
  if (isRemoving) return <Removal device={device} onClose={onClose} />;
  return (
    <Sheet label={deviceName(device)} onEscape={onClose}>
      <Heading level={2}>{deviceName(device)}</Heading>
      <p class="lead">
        {device.isThis && "This device. "}Added {dayAndTimeText(device.addedAt)}.
      </p>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== "") void rename();
        }}
      >
        <Field
          label="Name"
          help="Your devices alone see it."
          value={name}
          onChange={setName}
          maxLength={DEVICE_NAME_MAX_CHARS}
        />
        <div class="actions">
          <button
            type="submit"
            class="button primary"
            disabled={name.trim() === "" || name.trim() === device.name}
          >
            Save
          </button>
          <button type="button" class="button quiet" onClick={onClose}>
            Close
          </button>
        </div>
      </form>
      {isOnly ? (
        <p class="field-help">
          It is the account’s only device. To give the account up, erase it under “Your data”.
        </p>
      ) : (
        <div class="actions sheet-foot">
          {!device.isThis && (
            <button type="button" class="button quiet" onClick={() => void handOver()}>
              <Icon name="share" /> Hand over what this one has
            </button>
          )}
          <button type="button" class="button quiet danger" onClick={() => setRemoving(true)}>
            <Icon name="trash" /> Remove this device
          </button>
        </div>
      )}
    </Sheet>
  );
}

function Removal({ device, onClose }: Omit<DeviceSheetProps, "isOnly">) {
  const { isThis, number } = device;
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const name = deviceName(device);
  const remove = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await ownDevices.remove(number);
      if (isThis) return;
      onClose();
      notify(`${name} is removed. It gets nothing more.`);
    } catch (error) {
      setProblem(problemText(error));
      setBusy(false);
    }
  };
  const leave = () => {
    if (!isBusy) onClose();
  };
  return (
    <Sheet label={`Remove ${name}`} onEscape={leave}>
      <Heading level={2} subject="removal">
        Remove {isThis ? "this device" : name}?
      </Heading>
      <p class="lead">At once, and for good:</p>
      <ul class="points">
        <li>
          {isThis ? "This device" : "It"} gets no more messages, can send none and cannot act for
          you. Whatever it is doing is cut off.
        </li>
        <li>
          What it has already received stays on it, until somebody begins anew there
          {isThis ? "." : ": if it was stolen, that can still be read."}
        </li>
        <li>Your contacts see that you have removed a device, and send to the others alone.</li>
      </ul>
      {problem !== null && (
        <p class="remark" data-kind="warning" role="alert">
          {problem}
        </p>
      )}
      <div class="actions">
        <button
          type="button"
          class="button quiet danger"
          disabled={isBusy}
          onClick={() => void remove()}
        >
          {isBusy ? "Removing…" : "Remove it"}
        </button>
        <button type="button" class="button quiet" disabled={isBusy} onClick={leave}>
          Keep it
        </button>
      </div>
    </Sheet>
  );
}
