// The devices that speak for this account, and the way to another one.

import { useEffect, useState } from "preact/hooks";
import { notify } from "../announcements.ts";
import { dayText } from "../clock.ts";
import { Icon } from "../components/Icon.tsx";
import { problemText } from "../problems.ts";
import { paths } from "../router.ts";
import { useSession } from "../session.ts";
import { useStore } from "../store.ts";
import { DeviceSheet } from "./DeviceSheet.tsx";
import { applicantName, deviceName, ownDevices } from "./ownDevices.ts";

export function DeviceList() {
  const { devices, applicants } = useStore(ownDevices.store, (state) => state);
  const hasContacts = useSession((state) => state.contacts).length > 0;
  const [open, setOpen] = useState<number | null>(null);
  const opened = devices?.find(({ number }) => number === open);
  useEffect(() => {
    ownDevices.read().catch((error: unknown) => notify(problemText(error)));
  }, []);
  if (devices === null) return <p class="remark">Reading the list…</p>;
  const isOnly = devices.length === 1;
  return (
    <>
      <ul class="people" role="list">
        {devices.map((device) => (
          <li key={device.number}>
            <button
              type="button"
              class="person device"
              aria-haspopup="dialog"
              onClick={() => setOpen(device.number)}
            >
              <span class="device-icon">
                <Icon name="device" />
              </span>
              <span class="person-who">
                <span class="person-name">{deviceName(device)}</span>
                <span class="person-more">
                  {device.isThis ? "This device, added" : "Added"} {dayText(device.addedAt)}
                </span>
              </span>
              <Icon name="forward" />
            </button>
          </li>
        ))}
        {applicants.map(({ userId, name }) => (
          <li key={userId} class="person">
            <span class="device-icon" data-kind="waiting">
              <Icon name="device" />
            </span>
            <span class="person-who">
              <span class="person-name">{applicantName(name)}</span>
              <span class="person-more">Waits to be let in</span>
            </span>
            <button type="button" class="tool" onClick={() => ownDevices.takeUp(userId)}>
              Answer<span class="unseen"> {applicantName(name)}</span>
            </button>
          </li>
        ))}
      </ul>
      <p class="field-help">
        Every device reads and writes your messages with keys of its own.
        {isOnly && " With a second one you lose nothing if this one is gone."}
      </p>
      <div class="actions">
        <a class="button quiet" href={paths.linkDevice}>
          <Icon name="plus" /> Link a device
        </a>
        {isOnly && !hasContacts && (
          <a class="button quiet" href={paths.join}>
            Use another account here
          </a>
        )}
      </div>
      {opened !== undefined && (
        <DeviceSheet device={opened} isOnly={isOnly} onClose={() => setOpen(null)} />
      )}
    </>
  );
}
