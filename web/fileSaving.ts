// Hands a file to the browser to be saved.

export function saveFile(name: string, file: Blob): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads the address when the click is handled, which is after this turn.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
