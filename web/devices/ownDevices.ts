// The devices of this account as the page shows them, and those that wait to be let in. A copy for rendering; the
// SDK's store holds the truth.

import type { Applicant, DeviceInfo, Devices } from "../../shared/client/index.ts";
import { notify, speak } from "../announcements.ts";
import { guessedDeviceName } from "../joining/deviceName.ts";
import { withPlainName } from "../plainName.ts";
import { problemText } from "../problems.ts";
import { session } from "../session.ts";
import { Store } from "../store.ts";
import { linking } from "./linking.ts";

interface OwnDevicesState {
  /** Null until they are read. */
  readonly devices: readonly DeviceInfo[] | null;
  readonly applicants: readonly Applicant[];
  /** Applicants whose sheet was put aside. */
  readonly aside: readonly string[];
  /** An applicant is being answered. */
  readonly isBusy: boolean;
  /** Why that failed. */
  readonly problem: string | null;
  /** Messages that have come from another device, of how many; null while none come. */
  readonly history: { readonly done: number; readonly total: number } | null;
}

class OwnDevices {
  readonly store = new Store<OwnDevicesState>({
    devices: null,
    applicants: [],
    aside: [],
    isBusy: false,
    problem: null,
    history: null,
  });

  /** Reads them now and whenever they change; the function returned ends it. */
  follow(): () => void {
    void this.read();
    return session.acquaint.on((event) => {
      if (event.event === "devices") void this.read();
      if (event.event === "history") this.#hearHistory(event);
    });
  }

  async read(): Promise<void> {
    const sdk = await this.#sdk();
    const [devices, waiting] = await Promise.all([sdk.list(), sdk.applicants()]);
    const applicants = waiting.map(withPlainName);
    const before = this.store.state.applicants;
    const isNew = ({ userId }: Applicant) => !before.some((one) => one.userId === userId);
    for (const { name } of applicants.filter(isNew)) {
      speak(`${applicantName(name)} wants to join your account.`);
    }
    if (before.length > 0 && applicants.length === 0) linking.finish();
    this.store.change({ devices: devices.map(withPlainName), applicants });
  }

  async admit({ userId, name }: Applicant): Promise<void> {
    const isDone = await this.#answer(async (sdk) => void (await sdk.admit(userId)));
    if (isDone) notify(`${applicantName(name)} is added. Contacts and messages go there now.`);
  }

  async refuse({ userId, name }: Applicant): Promise<void> {
    const isDone = await this.#answer((sdk) => sdk.refuse(userId));
    if (isDone) notify(`${applicantName(name)} is refused, and told so.`);
  }

  putAside(userId: string): void {
    if (this.store.state.isBusy) return;
    this.store.change({ aside: [...this.store.state.aside, userId], problem: null });
    linking.finish();
  }

  takeUp(userId: string): void {
    this.store.change({ aside: this.store.state.aside.filter((one) => one !== userId) });
  }

  /** @throws EntryRefused, ConnectionError */
  async remove(number: number): Promise<void> {
    await (await this.#sdk()).remove(number);
    await this.read();
  }

  async handOver(number: number): Promise<void> {
    await (await this.#sdk()).handOver(number);
  }

  async rename(number: number, name: string): Promise<void> {
    await (await this.#sdk()).rename(number, name);
    await this.read();
  }

  /** @throws EntryRefused, ConnectionError */
  async renewPhrase(): Promise<void> {
    const phrase = await (await this.#sdk()).renewRecoveryPhrase();
    session.store.change({ phrase });
  }

  #hearHistory({ done, total }: { done: number; total: number }): void {
    const isOver = done >= total;
    if (!isOver && this.store.state.history === null) {
      speak("Your messages come from your other device.");
    }
    if (isOver && this.store.state.history !== null) notify("Your messages are here.");
    this.store.change({ history: isOver ? null : { done, total } });
  }

  async #answer(work: (sdk: Devices) => Promise<void>): Promise<boolean> {
    this.store.change({ isBusy: true, problem: null });
    try {
      await work(await this.#sdk());
      await this.read();
      return true;
    } catch (error) {
      await this.read().catch(() => {});
      this.store.change({ problem: problemText(error) });
      return false;
    } finally {
      this.store.change({ isBusy: false });
    }
  }

  #sdk(): Promise<Devices> {
    return session.acquaint.devices();
  }
}

export const ownDevices = new OwnDevices();

/** One without a name is called by what it is, as far as this page can tell. */
export function deviceName({ name, isThis }: DeviceInfo): string {
  if (name !== "") return name;
  return (isThis ? guessedDeviceName() : "") || "A device without a name";
}

/** As a sentence begins with it. */
export function applicantName(name: string): string {
  return name === "" ? "A device without a name" : `“${name}”`;
}
