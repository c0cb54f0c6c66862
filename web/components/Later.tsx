// A view whose code is loaded when it is first opened, so that a first visit loads little.

import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

interface LaterProps<Props extends object> {
  readonly load: () => Promise<ComponentType<Props>>;
  readonly props: Props;
  /** Takes no room until it is there: what is no view, and can do without being missed. */
  readonly isQuiet?: boolean;
}

export function Later<Props extends object>({ load, props, isQuiet = false }: LaterProps<Props>) {
  const [View, setView] = useState<ComponentType<Props> | null>(null);
  const [hasFailed, setFailed] = useState(false);
  useEffect(() => {
    load().then(
      (loaded) => setView(() => loaded),
      () => setFailed(true),
    );
  }, [load]);
  if (View !== null) return <View {...props} />;
  if (isQuiet) return null;
  return (
    <div class="page" aria-busy={!hasFailed}>
      {hasFailed && (
        <p class="remark" data-kind="warning" role="alert">
          This part of the page did not load. Check your connection and open it again.
        </p>
      )}
    </div>
  );
}
