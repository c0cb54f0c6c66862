// The document's title: what is shown, after how many messages wait to be read and how many people in rooms for an answer.

let shown = "Acquaint";
let unread = 0;
let asking = 0;

/** @returns the text that it replaces, to be set again afterwards */
export function setTitle(text: string): string {
  const before = shown;
  shown = text;
  show();
  return before;
}

export function setUnreadInTitle(count: number): void {
  unread = count;
  show();
}

/** Of those who ask one in rooms: to step aside, to be let in. */
export function setAskingInTitle(count: number): void {
  asking = count;
  show();
}

function show(): void {
  const title = shown === "Acquaint" ? shown : `${shown} – Acquaint`;
  const news = unread + asking;
  document.title = news > 0 ? `(${news}) ${title}` : title;
}
