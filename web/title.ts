// The document's title: what is shown, after how many messages wait to be read.

let shown = "Acquaint";
let unread = 0;

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

function show(): void {
  const title = shown === "Acquaint" ? shown : `${shown} – Acquaint`;
  document.title = unread > 0 ? `(${unread}) ${title}` : title;
}
