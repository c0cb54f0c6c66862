// Why something that needs the network could not be done, be it a call or a part of the program itself.

/** The server could not be reached or did not answer as it should. Trying again later may help. */
export class ConnectionError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "ConnectionError";
  }
}

/** A part of the program that is loaded when it is needed. @throws ConnectionError when it cannot be fetched */
export function fetched<Module>(part: Promise<Module>): Promise<Module> {
  return part.catch((cause: unknown) => {
    throw new ConnectionError("A part of the program cannot be fetched.", cause);
  });
}
