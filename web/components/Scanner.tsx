// Reads a key's QR code with the camera, in browsers that can detect one by themselves. The
// pictures stay on the page; the camera is off as soon as the scanner is gone.

import { useEffect, useRef, useState } from "preact/hooks";

interface Detector {
  detect(source: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>;
}

interface DetectorClass {
  new (options: { readonly formats: readonly string[] }): Detector;
  getSupportedFormats(): Promise<readonly string[]>;
}

const LOOKS_EVERY_MS = 200;

function detectorClass(): DetectorClass | undefined {
  return (globalThis as { readonly BarcodeDetector?: DetectorClass }).BarcodeDetector;
}

/** Whether this browser has a camera interface and detects QR codes. */
export async function canScan(): Promise<boolean> {
  if (navigator.mediaDevices === undefined) return false;
  try {
    return (await detectorClass()?.getSupportedFormats())?.includes("qr_code") ?? false;
  } catch {
    return false;
  }
}

interface ScannerProps {
  /** Called with every text seen; true ends the scanning. */
  readonly onText: (text: string) => boolean;
  readonly onClose: () => void;
}

export function Scanner({ onText, onClose }: ScannerProps) {
  const video = useRef<HTMLVideoElement>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    let stream: MediaStream | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isGone = false;
    const Detector = detectorClass();
    const look = async (detector: Detector, picture: HTMLVideoElement) => {
      const seen = await detector.detect(picture).catch(() => []);
      if (isGone || seen.some(({ rawValue }) => onText(rawValue))) return;
      timer = setTimeout(() => void look(detector, picture), LOOKS_EVERY_MS);
    };
    const start = async () => {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      const picture = video.current;
      if (isGone || picture === null || Detector === undefined) return stop();
      picture.srcObject = stream;
      await picture.play();
      await look(new Detector({ formats: ["qr_code"] }), picture);
    };
    const stop = () => {
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
    start().catch(() => setProblem("The camera cannot be used. Allow it, or type the key."));
    return () => {
      isGone = true;
      clearTimeout(timer);
      stop();
    };
  }, []);
  return (
    <section class="scanner" aria-label="Scan a QR code">
      {problem === null ? (
        <video ref={video} muted playsInline aria-label="Picture of the camera" />
      ) : (
        <p role="alert">{problem}</p>
      )}
      <button type="button" class="button quiet" onClick={onClose}>
        Type it instead
      </button>
    </section>
  );
}
