// vCard 4 in and out. An entrance of its own, since its parser is large and seldom needed.

export { cardToVcard, vcardToCards } from "../core/cards/vcard.ts";
