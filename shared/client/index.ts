// The SDK for browsers. Node has its own entrance, node.ts; vCards have theirs, vcard.ts, to be loaded lazily.

export * from "./sdk.ts";
export { Acquaint } from "./opening.ts";
export { browserStore } from "./store/browser.ts";
