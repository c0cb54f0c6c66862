// A page to print: name, handle and the QR code of a badge, on a card of the usual size for name badges.
import encodeQR from "qr";

interface Badge {
  readonly url: string;
  readonly name: string;
  readonly handle: string | null;
}

/** A whole HTML document that needs nothing else. */
export function badgePage({ url, name, handle }: Badge): string {
  const code = encodeQR(url, "svg", { ecc: "medium", border: 2 });
  const title = name === "" ? "Badge" : name;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>
  @page { margin: 10mm; }
  body { margin: 0; font: 11pt system-ui, sans-serif; color: #000; background: #fff; }
  main {
    box-sizing: border-box; width: 90mm; height: 55mm; padding: 6mm; overflow: hidden;
    display: flex; gap: 5mm; align-items: center; border: 0.2mm solid #bbb; border-radius: 3mm;
  }
  svg { width: 40mm; height: 40mm; flex: none; }
  div { min-width: 0; overflow-wrap: anywhere; }
  h1 { margin: 0 0 2mm; font-size: 15pt; line-height: 1.15; }
  p { margin: 0; }
</style>
<main>
  ${code}
  <div>
    ${name === "" ? "" : `<h1>${escaped(name)}</h1>`}
    ${handle === null ? "" : `<p>@${escaped(handle)}</p>`}
  </div>
</main>
</html>
`;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
