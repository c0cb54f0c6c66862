// What the camera sees, with a frame to put the code in, and the two things that a camera may let one do.

import type { RefObject } from "preact";
import { useState } from "preact/hooks";
import type { Camera } from "./camera.ts";
import { ScannerIcon } from "./ScannerIcon.tsx";
import type { CameraInUse } from "./useCamera.ts";

interface ViewfinderProps {
  readonly video: RefObject<HTMLVideoElement | null>;
  readonly camera: CameraInUse;
  readonly isHidden: boolean;
}

export function Viewfinder({ video, camera: inUse, isHidden }: ViewfinderProps) {
  const { phase, camera } = inUse;
  // A camera that starts anew has its light off.
  const [lit, setLit] = useState<Camera | null>(null);
  const isLit = lit !== null && lit === camera;
  const switchLight = async (lights: Camera) => {
    await lights.setLight(!isLit).then(
      () => setLit(isLit ? null : lights),
      () => setLit(null),
    );
  };
  return (
    <div class="viewfinder" data-phase={phase} hidden={isHidden}>
      <video
        ref={video}
        muted
        playsInline
        disablePictureInPicture
        data-mirror={camera?.isMirror ?? false}
        aria-label="Picture of the camera"
      />
      <svg class="viewfinder-frame" viewBox="0 0 100 100" aria-hidden="true" focusable="false">
        <path d="M2 22V9a7 7 0 0 1 7-7h13M78 2h13a7 7 0 0 1 7 7v13M98 78v13a7 7 0 0 1-7 7H78M22 98H9a7 7 0 0 1-7-7V78" />
      </svg>
      {phase !== "off" && camera !== null && (
        <div class="viewfinder-tools">
          {camera.hasLight() && (
            <button
              type="button"
              aria-label="Light"
              aria-pressed={isLit}
              onClick={() => void switchLight(camera)}
            >
              <ScannerIcon name="light" />
            </button>
          )}
          {camera.next !== null && (
            <button
              type="button"
              aria-label="Switch the camera"
              onClick={() => camera.next !== null && inUse.choose(camera.next)}
            >
              <ScannerIcon name="turn" />
            </button>
          )}
        </div>
      )}
    </div>
  );
}
