// The camera of this device: opened for its picture alone, told apart by kind when it cannot be had, and free again
// once it is closed.

/**
 * denied: by the person, the browser or its policy. none: there is no camera, or the browser gives none to pages.
 * inUse: another program holds it. insecure: pages without TLS get none.
 */
export type CameraTrouble = "denied" | "none" | "inUse" | "insecure" | "failed";

export class CameraError extends Error {
  override name = "CameraError";
  readonly trouble: CameraTrouble;

  constructor(trouble: CameraTrouble, cause?: unknown) {
    super(`The camera cannot be used: ${trouble}.`, { cause });
    this.trouble = trouble;
  }
}

/** Which camera: by the side of the device that it is on, or one by its id. */
export type CameraChoice =
  | { readonly facing: "environment" | "user" }
  | { readonly deviceId: string };

export interface Camera {
  readonly stream: MediaStream;
  /** Whether it looks at the person, who then expects a mirror. */
  readonly isMirror: boolean;
  /** What comes after it, where there is more than one. */
  readonly next: CameraChoice | null;
  /** Known for certain only once the picture is there. */
  readonly hasLight: () => boolean;
  readonly setLight: (isOn: boolean) => Promise<void>;
  readonly close: () => void;
}

/** Enough for a dense code that fills half of the picture. */
const WIDTH_PX = 1280;
const HEIGHT_PX = 720;

const TROUBLES: Readonly<Record<string, CameraTrouble>> = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "none",
  OverconstrainedError: "none",
  NotReadableError: "inUse",
  AbortError: "inUse",
};

/**
 * Asks for the camera, and with it, where it is not given yet, the person.
 * @param whenEnded called when the camera is lost, as when it is unplugged
 * @throws CameraError
 */
export async function openCamera(choice: CameraChoice, whenEnded: () => void): Promise<Camera> {
  if (navigator.mediaDevices === undefined) {
    throw new CameraError(isSecureContext ? "none" : "insecure");
  }
  const which =
    "facing" in choice
      ? { facingMode: { ideal: choice.facing } }
      : { deviceId: { exact: choice.deviceId } };
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { ...which, width: { ideal: WIDTH_PX }, height: { ideal: HEIGHT_PX } },
    });
  } catch (error) {
    const name = error instanceof Error ? error.name : "";
    throw new CameraError(TROUBLES[name] ?? "failed", error);
  }
  const close = () => {
    for (const track of stream.getTracks()) track.stop();
  };
  const track = stream.getVideoTracks()[0];
  if (track === undefined) throw new CameraError("failed");
  // `stop` fires nothing, so this is never what the page itself has done.
  track.addEventListener("ended", whenEnded);
  const { facingMode, deviceId } = track.getSettings();
  return {
    stream,
    close,
    isMirror: facingMode !== "environment",
    next: await nextAfter(facingMode, deviceId).catch(() => null),
    hasLight: () => hasLight(track),
    // Browsers name the light `torch`; TypeScript does not know it.
    setLight: (isOn) =>
      track.applyConstraints({ advanced: [{ torch: isOn } as MediaTrackConstraintSet] }),
  };
}

/** A phone has a handful of lenses: there the other side is meant. Elsewhere each camera has its turn. */
async function nextAfter(
  facing: string | undefined,
  deviceId: string | undefined,
): Promise<CameraChoice | null> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  const ids = devices.filter(({ kind }) => kind === "videoinput").map((input) => input.deviceId);
  if (ids.length < 2) return null;
  if (facing === "environment") return { facing: "user" };
  if (facing === "user") return { facing: "environment" };
  const next = ids[(ids.indexOf(deviceId ?? "") + 1) % ids.length];
  return next === undefined || next === "" ? null : { deviceId: next };
}

function hasLight(track: MediaStreamTrack): boolean {
  // Not every browser tells what a camera can do.
  const able = track.getCapabilities?.() as { readonly torch?: boolean } | undefined;
  return able?.torch === true;
}

/**
 * Calls back when the person gives or takes the permission; browsers that do not tell never do.
 * @returns what ends it
 */
export function watchPermission(whenChanged: () => void): () => void {
  const watched = navigator.permissions
    ?.query({ name: "camera" })
    .then((status) => {
      status.addEventListener("change", whenChanged);
      return () => status.removeEventListener("change", whenChanged);
    })
    .catch(() => () => {});
  return () => void watched?.then((end) => end());
}
