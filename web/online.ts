// Whether there is a connection, as far as this page can know.

import { useEffect, useState } from "preact/hooks";
import { useSession } from "./session.ts";

/** What the system says: it knows of a lost network before a socket does. */
export function useHasNetwork(): boolean {
  const [has, setHas] = useState(navigator.onLine);
  useEffect(() => {
    const follow = () => setHas(navigator.onLine);
    addEventListener("online", follow);
    addEventListener("offline", follow);
    return () => {
      removeEventListener("online", follow);
      removeEventListener("offline", follow);
    };
  }, []);
  return has;
}

/** There is a network, and the server has answered on it. */
export function useIsOnline(): boolean {
  const isConnected = useSession((state) => state.connection === "online");
  return useHasNetwork() && isConnected;
}
