// What is kept of rooms for as long as this window is open, also when the browser has put it to sleep and loads it anew.

/** Short texts by the ids of rooms. Where the browser refuses storage, they last until the page is loaded anew. */
export class KeptHere {
  readonly #key: string;
  #held: Readonly<Record<string, string>> = {};

  constructor(key: string) {
    this.#key = key;
  }

  of(roomId: string): string | null {
    return this.#read()[roomId] ?? null;
  }

  keep(roomId: string, text: string): void {
    if (this.of(roomId) !== text) this.#write({ ...this.#read(), [roomId]: text });
  }

  drop(roomId: string): void {
    const { [roomId]: dropped, ...left } = this.#read();
    if (dropped !== undefined) this.#write(left);
  }

  #write(texts: Readonly<Record<string, string>>): void {
    this.#held = texts;
    try {
      sessionStorage.setItem(this.#key, JSON.stringify(texts));
    } catch {
      // Held in memory.
    }
  }

  #read(): Readonly<Record<string, string>> {
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.#key) ?? "{}") as Readonly<
        Record<string, string>
      >;
      return { ...kept, ...this.#held };
    } catch {
      return this.#held;
    }
  }
}

/** Where those who stepped aside came from, by their room for two. */
export const parents = new KeptHere("acquaint.asides");

/** What is being written in rooms: it outlasts the page, and the room. */
export const drafts = new KeptHere("acquaint.roomDrafts");

/** Until when one is turned away from rooms, in milliseconds since 1970. */
export const denials = new KeptHere("acquaint.denials");
