// The SQL of devices: a row for each that speaks for the account, as its log lists them.

import { toBase64Url } from "../../shared/core/crypto/bytes.ts";
import type { LoggedDevice } from "../../shared/core/identity/deviceLog.ts";
import type { DeviceId } from "../../shared/wire/ids.ts";

export interface StoredDevice {
  readonly signKey: string;
  readonly lastChallengeAt: number;
  /** Its place in the device log. */
  readonly number: number;
}

type DeviceRow = { sign_key: string; last_challenge_at: number; number: number };

export class DeviceTable {
  readonly #sql: SqlStorage;
  /** What was read since the last change: each frame asks who speaks, each arrival who listens. */
  readonly #found = new Map<DeviceId, StoredDevice>();
  #numbers: readonly number[] | undefined;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  find(deviceId: DeviceId): StoredDevice | null {
    const known = this.#found.get(deviceId);
    if (known !== undefined) return known;
    const [row] = this.#sql
      .exec<DeviceRow>(
        "SELECT sign_key, last_challenge_at, number FROM device WHERE device_id = ?",
        deviceId,
      )
      .toArray();
    if (row === undefined) return null;
    const { sign_key: signKey, last_challenge_at: lastChallengeAt, number } = row;
    const device: StoredDevice = { signKey, lastChallengeAt, number };
    this.#found.set(deviceId, device);
    return device;
  }

  numbers(): readonly number[] {
    this.#numbers ??= this.#sql
      .exec<{ number: number }>("SELECT number FROM device")
      .toArray()
      .map(({ number }) => number);
    return this.#numbers;
  }

  /** To be called when a change is undone, or all that is stored is deleted. */
  forget(): void {
    this.#found.clear();
    this.#numbers = undefined;
  }

  /** One that is there already stays as it is. */
  add({ deviceId, signKey, number }: LoggedDevice): void {
    this.#change(
      `INSERT INTO device (device_id, sign_key, last_challenge_at, number) VALUES (?, ?, 0, ?)
       ON CONFLICT (device_id) DO NOTHING`,
      deviceId,
      toBase64Url(signKey),
      number,
    );
  }

  remove(deviceId: DeviceId): void {
    this.#change("DELETE FROM device WHERE device_id = ?", deviceId);
  }

  rememberChallenge(deviceId: DeviceId, issuedAt: number): void {
    this.#change("UPDATE device SET last_challenge_at = ? WHERE device_id = ?", issuedAt, deviceId);
  }

  #change(statement: string, ...bindings: SqlStorageValue[]): void {
    this.forget();
    this.#sql.exec(statement, ...bindings);
  }
}
