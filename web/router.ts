// Hash routes. A code that arrives in a link is taken out of the address at once, so that the
// secret stays neither in the history nor in what a screenshot of the address bar shows.

import { Store, useStore } from "./store.ts";

export type Route =
  | { readonly view: "meet" }
  | { readonly view: "tap" }
  /** `token` is null where the address has lost it. */
  | { readonly view: "badge"; readonly token: string | null }
  | { readonly view: "showKey" }
  | { readonly view: "enterKey" }
  /** `userId` is null until one has chosen whom to ask. */
  | { readonly view: "ask"; readonly userId: string | null }
  | { readonly view: "enterPassphrase" }
  | { readonly view: "contacts"; readonly userId: string | null }
  /** `message` is the key of one to go to. */
  | { readonly view: "chats"; readonly userId: string | null; readonly message: string | null }
  | { readonly view: "cards" }
  /** `uid` is null for a card that is being made. */
  | { readonly view: "card"; readonly uid: string | null }
  | { readonly view: "group"; readonly groupId: string }
  | { readonly view: "rooms" }
  | { readonly view: "newRoom" }
  | { readonly view: "room"; readonly roomId: string }
  | { readonly view: "you" }
  | { readonly view: "ownBadge" }
  | { readonly view: "phrase" }
  | { readonly view: "linkDevice" }
  /** Coming into an account that one has already. */
  | { readonly view: "join" }
  | { readonly view: "unknown" };

export const paths = {
  meet: "#/",
  tap: "#/tap",
  badge: (token: string) => `#/badge/${encodeURIComponent(token)}`,
  showKey: "#/key",
  enterKey: "#/key/enter",
  ask: "#/ask",
  askContact: (userId: string) => `#/ask/${encodeURIComponent(userId)}`,
  enterPassphrase: "#/ask/answer",
  contacts: "#/contacts",
  contact: (userId: string) => `#/contacts/${encodeURIComponent(userId)}`,
  group: (groupId: string) => `#/groups/${encodeURIComponent(groupId)}`,
  chats: "#/chats",
  chat: (userId: string) => `#/chats/${encodeURIComponent(userId)}`,
  message: (userId: string, key: string) =>
    `#/chats/${encodeURIComponent(userId)}/${encodeURIComponent(key)}`,
  rooms: "#/rooms",
  newRoom: "#/rooms/new",
  room: (roomId: string) => `#/rooms/${encodeURIComponent(roomId)}`,
  cards: "#/card",
  newCard: "#/card/new",
  card: (uid: string) => `#/card/edit/${encodeURIComponent(uid)}`,
  you: "#/you",
  ownBadge: "#/you/badge",
  phrase: "#/you/phrase",
  linkDevice: "#/you/link",
  join: "#/link",
} as const;

/** Those that a link can bring a code to. */
type CodeView = "enterKey" | "join" | "tap" | "room";

interface RouterState {
  readonly route: Route;
  /** The code of the link that led here, until the view that wants it takes it. */
  readonly linkedCode: { readonly view: CodeView; readonly code: string } | null;
}

const router = new Store<RouterState>({ route: { view: "meet" }, linkedCode: null });

export function startRouter(): void {
  readAddress();
  addEventListener("hashchange", readAddress);
}

export function useRoute(): Route {
  return useStore(router, (state) => state.route);
}

export function useLinkedCode(view: CodeView): string | null {
  return useStore(router, ({ linkedCode }) => (linkedCode?.view === view ? linkedCode.code : null));
}

export function forgetLinkedCode(): void {
  router.change({ linkedCode: null });
}

export function go(path: string): void {
  if (location.hash === path) readAddress();
  else location.hash = path;
}

/** Goes on without leaving the present place in the history, as after deleting what it showed. */
export function goInstead(path: string): void {
  history.replaceState(null, "", path);
  readAddress();
}

function readAddress(): void {
  const segments = location.hash.replace(/^#\/?/, "").split("/").filter(Boolean).map(decoded);
  const [section, item, detail] = segments;
  if (section === "key" && item !== undefined && item !== "enter") {
    return takeCode({ view: "enterKey", code: item }, paths.enterKey);
  }
  if (section === "tap" && item !== undefined) {
    return takeCode({ view: "tap", code: item }, paths.tap);
  }
  if (section === "link" && item !== undefined) {
    return takeCode({ view: "join", code: item }, paths.join);
  }
  // Of a room's link the last part alone lets people in: the room stays in the address.
  if (section === "rooms" && item !== undefined && detail !== undefined) {
    const route: Route = { view: "room", roomId: item };
    return takeCode({ view: "room", code: `${item}/${detail}` }, paths.room(item), route);
  }
  router.change({ route: routeOf(section, item, detail) });
}

type LinkedCode = NonNullable<RouterState["linkedCode"]>;

function takeCode(
  linkedCode: LinkedCode,
  path: string,
  route = { view: linkedCode.view } as Route,
): void {
  history.replaceState(null, "", path);
  router.change({ route, linkedCode });
}

function routeOf(section?: string, item?: string, detail?: string): Route {
  if (section === undefined) return { view: "meet" };
  if (section === "tap") return { view: "tap" };
  if (section === "badge") return { view: "badge", token: item ?? null };
  if (section === "groups" && item !== undefined) return { view: "group", groupId: item };
  if (section === "key") return { view: item === undefined ? "showKey" : "enterKey" };
  if (section === "ask" && item === "answer") return { view: "enterPassphrase" };
  if (section === "ask") return { view: "ask", userId: item ?? null };
  if (section === "contacts") return { view: "contacts", userId: item ?? null };
  if (section === "chats") {
    return { view: "chats", userId: item ?? null, message: detail ?? null };
  }
  if (section === "rooms" && item === undefined) return { view: "rooms" };
  if (section === "rooms" && item === "new") return { view: "newRoom" };
  if (section === "rooms" && item !== undefined) return { view: "room", roomId: item };
  if (section === "card" && item === undefined) return { view: "cards" };
  if (section === "card" && item === "new") return { view: "card", uid: null };
  if (section === "card" && item === "edit" && detail) return { view: "card", uid: detail };
  if (section === "you" && item === undefined) return { view: "you" };
  if (section === "you" && item === "badge") return { view: "ownBadge" };
  if (section === "you" && item === "phrase") return { view: "phrase" };
  if (section === "you" && item === "link") return { view: "linkDevice" };
  if (section === "link") return { view: "join" };
  return { view: "unknown" };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
