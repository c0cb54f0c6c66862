// What the Worker is bound to; wrangler.toml is the source.

import type { Directory } from "./directory/Directory.ts";
import type { Gate } from "./gate/Gate.ts";
import type { Group } from "./group/Group.ts";
import type { Lobby } from "./lobby/Lobby.ts";
import type { Mailbox } from "./mailbox/Mailbox.ts";
import type { Operator } from "./operator/Operator.ts";
import type { PairingAttempt } from "./pairing/PairingAttempt.ts";
import type { Room } from "./room/Room.ts";
import type { TapAttempt } from "./tap/TapAttempt.ts";

export interface Env {
  readonly ATTEMPTS: DurableObjectNamespace<PairingAttempt>;
  readonly MAILBOXES: DurableObjectNamespace<Mailbox>;
  readonly DIRECTORY: DurableObjectNamespace<Directory>;
  readonly GATES: DurableObjectNamespace<Gate>;
  readonly TAPS: DurableObjectNamespace<TapAttempt>;
  readonly GROUPS: DurableObjectNamespace<Group>;
  readonly ROOMS: DurableObjectNamespace<Room>;
  readonly LOBBIES: DurableObjectNamespace<Lobby>;
  readonly OPERATORS: DurableObjectNamespace<Operator>;
  /** Bounds how fast one account opens attempts, looks at them, and looks for handles. */
  readonly PACE: RateLimit;
  /** Bounds how fast one account comes back to sockets that it has lost. */
  readonly RETURNS: RateLimit;
  /** Bounds how many chunks of blobs one account stores and reads, and what one operator asks. */
  readonly CHUNKS: RateLimit;
  /** Sealed chunks of blobs; see workers/blobs/bucket.ts. */
  readonly BLOBS: R2Bucket;
  readonly ASSETS: Fetcher;
  /** The origins at which people reach this server, separated by blanks; unset, only this machine. */
  readonly PUBLIC_ORIGINS?: string;
  /** At least 32 random bytes in base64url; every key of the server is derived from it. */
  readonly SERVER_SECRET: string;
}
