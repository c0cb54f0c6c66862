// What the links of rooms have held that lets people in. Kept for as long as this window is open, also when the browser
// has put it to sleep and loads it anew: the address does not hold it any more.

const KEY = "acquaint.rooms";

/** Where the browser refuses storage, they last until the page is loaded anew. */
let held: Readonly<Record<string, string>> = {};

export function tokenOf(roomId: string): string | null {
  return read()[roomId] ?? null;
}

export function keepToken(roomId: string, token: string): void {
  if (tokenOf(roomId) === token) return;
  held = { ...read(), [roomId]: token };
  try {
    sessionStorage.setItem(KEY, JSON.stringify(held));
  } catch {
    // Held in memory.
  }
}

/** Keeps what a link holds; of an id, nothing. */
export function keepTokenOf(link: string): void {
  const [, roomId, token] = /#\/rooms\/([^/]+)\/([^/]+)$/.exec(link) ?? [];
  if (roomId !== undefined && token !== undefined) keepToken(roomId, token);
}

function read(): Readonly<Record<string, string>> {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "{}") as Readonly<
      Record<string, string>
    >;
    return { ...kept, ...held };
  } catch {
    return held;
  }
}
