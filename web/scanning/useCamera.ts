// The camera as a view uses it: on while it is wanted and the page is seen, off as soon as it is not.

import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import {
  type Camera,
  type CameraChoice,
  CameraError,
  type CameraTrouble,
  openCamera,
  watchPermission,
} from "./camera.ts";

interface CameraState {
  readonly phase: "off" | "starting" | "on";
  /** While one starts, the one before it. */
  readonly camera: Camera | null;
  readonly trouble: CameraTrouble | null;
}

export interface CameraInUse extends CameraState {
  readonly choose: (choice: CameraChoice) => void;
  readonly tryAgain: () => void;
}

const AWAY: CameraChoice = { facing: "environment" };

/** Shows the picture in `video`, which has to be in the document all the time. */
export function useCamera(
  video: RefObject<HTMLVideoElement | null>,
  isWanted: boolean,
): CameraInUse {
  const [state, setState] = useState<CameraState>({
    phase: "starting",
    camera: null,
    trouble: null,
  });
  // Each request opens the camera once, so the same choice again is another try.
  const [request, setRequest] = useState({ choice: AWAY });
  const isSeen = useIsPageSeen();
  // The camera that was chosen may be the one that is gone.
  const tryAgain = () => setRequest({ choice: AWAY });

  useLayoutEffect(() => {
    const isOff = !isWanted || !isSeen;
    setState(({ camera: last }) => ({
      phase: isOff ? "off" : "starting",
      camera: last,
      trouble: null,
    }));
    if (isOff) return;
    let camera: Camera | null = null;
    let isGone = false;
    const fail = (trouble: CameraTrouble) => {
      camera?.close();
      if (!isGone) setState({ phase: "off", camera: null, trouble });
    };
    const start = async () => {
      camera = await openCamera(request.choice, () => fail("failed"));
      const picture = video.current;
      if (isGone || picture === null) return camera.close();
      picture.srcObject = camera.stream;
      await picture.play();
      if (!isGone) setState({ phase: "on", camera, trouble: null });
    };
    start().catch((error: unknown) =>
      fail(error instanceof CameraError ? error.trouble : "failed"),
    );
    return () => {
      isGone = true;
      camera?.close();
      if (video.current !== null) video.current.srcObject = null;
    };
  }, [isWanted, isSeen, request]);

  const isDenied = state.trouble === "denied";
  useEffect(() => (isDenied ? watchPermission(tryAgain) : undefined), [isDenied]);

  return { ...state, choose: (choice) => setRequest({ choice }), tryAgain };
}

function useIsPageSeen(): boolean {
  const [isSeen, setSeen] = useState(!document.hidden);
  useEffect(() => {
    const follow = () => setSeen(!document.hidden);
    document.addEventListener("visibilitychange", follow);
    return () => document.removeEventListener("visibilitychange", follow);
  }, []);
  return isSeen;
}
