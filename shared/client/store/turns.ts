// Turns at a name: of the tabs or processes that want it, one holds it at a time, and what one has begun in its
// turn changes nothing once another's has begun.

/** The time during which one tab or process holds a name. */
export interface Turn {
  readonly name: string;
  /** No two turns have the same. */
  readonly id: string;
  /** Another has held the name since this one wanted it. */
  readonly hasWaited: boolean;
}

export interface TurnEvents {
  readonly onTurn: (turn: Turn) => void;
  /** The turn has ended without its doing. */
  readonly onOver: () => void;
}

/** Where a tab or process stands that takes its turn whenever it comes. */
export interface Place {
  /** Ends its turn, or waits for none any more. */
  leave(): void;
  /** Ends the turn of another, where the store can, and begins its own. */
  overtake(): void;
}

/** Another turn has begun: nothing was changed. */
export class TurnOver extends Error {
  constructor() {
    super("Another tab of this device goes on with this.");
    this.name = "TurnOver";
  }
}
