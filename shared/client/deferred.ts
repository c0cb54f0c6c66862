// A promise that others settle; Promise.withResolvers, which Node 20 does not have yet.

export interface Deferred<Value> {
  readonly promise: Promise<Value>;
  resolve(value: Value): void;
  reject(error: Error): void;
}

/** Rejecting it disturbs nobody who does not wait for it. */
export function deferred<Value = void>(): Deferred<Value> {
  let settle!: Pick<Deferred<Value>, "resolve" | "reject">;
  const promise = new Promise<Value>((resolve, reject) => {
    settle = { resolve, reject };
  });
  promise.catch(() => {});
  return { promise, ...settle };
}
