// Which of the texts that a camera sees are news. A code stays in view for many looks and is to be told once; one that
// was refused is told again now and then, since what it is held against may have changed.

const AGAIN_MS = 2_000;

export class Sightings {
  #text: string | null = null;
  #isTaken = false;
  #toldMs = 0;
  #seenMs = 0;

  /**
   * @param atMs by any clock that only goes forward
   * @param tell true when the text is taken
   * @returns whether it is taken now, or null when it was no news
   */
  see(text: string, atMs: number, tell: (text: string) => boolean): boolean | null {
    const since = this.#isTaken ? this.#seenMs : this.#toldMs;
    const isNews = text !== this.#text || atMs - since >= AGAIN_MS;
    this.#text = text;
    this.#seenMs = atMs;
    if (!isNews) return null;
    this.#toldMs = atMs;
    this.#isTaken = tell(text);
    return this.#isTaken;
  }
}
