/** Why a local server does not start, told to the person who started it, who can mend it. */
export class StartError extends Error {
  override name = "StartError";
}
