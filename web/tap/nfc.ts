// Web NFC, where the browser has it: reading links from what is touched, and writing one to a tag.

interface NfcRecord {
  readonly recordType: string;
  readonly data?: DataView;
}

interface NfcReading extends Event {
  readonly message: { readonly records: readonly NfcRecord[] };
}

interface NfcReader extends EventTarget {
  scan(options: { readonly signal: AbortSignal }): Promise<void>;
  write(
    message: { readonly records: readonly { recordType: "url"; data: string }[] },
    options: { readonly signal: AbortSignal },
  ): Promise<void>;
}

function readerClass(): (new () => NfcReader) | undefined {
  return (globalThis as { readonly NDEFReader?: new () => NfcReader }).NDEFReader;
}

export function hasNfc(): boolean {
  return readerClass() !== undefined;
}

/**
 * Reads whatever is touched until the signal ends it; resolves once it has begun.
 * @throws Error with a text for people
 */
export async function readNfc(onUrl: (url: string) => void, signal: AbortSignal): Promise<void> {
  const reader = newReader();
  reader.addEventListener(
    "reading",
    (event) => {
      const { records } = (event as NfcReading).message;
      for (const { recordType, data } of records) {
        if (recordType === "url" && data !== undefined) onUrl(new TextDecoder().decode(data));
      }
    },
    { signal },
  );
  await reader.scan({ signal }).catch(fail);
}

/**
 * Writes the link to the next tag that is touched.
 * @throws Error with a text for people
 */
export async function writeNfc(url: string, signal: AbortSignal): Promise<void> {
  const message = { records: [{ recordType: "url" as const, data: url }] };
  await newReader().write(message, { signal }).catch(fail);
}

function newReader(): NfcReader {
  const Reader = readerClass();
  if (Reader === undefined) throw new Error("This browser cannot use NFC.");
  return new Reader();
}

function fail(error: unknown): never {
  const name = error instanceof Error ? error.name : "";
  throw new Error(TEXTS[name] ?? "NFC did not work. Hold the tag still and try again.", {
    cause: error,
  });
}

const TEXTS: Readonly<Record<string, string>> = {
  AbortError: "Nothing was written.",
  NotAllowedError:
    "This page may not use NFC. Allow it in the browser, beside the address of the page.",
  NotSupportedError: "NFC is off, or this device has none. Turn it on in the settings.",
  NotReadableError: "NFC is off, or another app uses it. Turn it on in the settings.",
  NetworkError: "The tag went away too early, or cannot be written. Hold it still and try again.",
};
