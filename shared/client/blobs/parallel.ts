// Several tasks at a time, but not all. The first that fails ends it: nothing new begins, what is under way is
// waited for, and its fault is thrown.

/** In no order. */
export async function together<Item>(
  atOnce: number,
  items: readonly Item[],
  task: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  let hasFailed = false;
  const work = async (): Promise<void> => {
    for (const item of waiting) {
      if (hasFailed) return;
      await task(item).catch((error: unknown) => {
        hasFailed = true;
        throw error;
      });
    }
  };
  const workers = Array.from({ length: Math.min(atOnce, items.length) }, work);
  for (const done of await Promise.allSettled(workers)) {
    if (done.status === "rejected") throw done.reason;
  }
}

/** Begins them ahead of their turn, and uses the results in their order, one after another. */
export async function inOrder<Item, Value>(
  atOnce: number,
  items: Iterable<Item>,
  begin: (item: Item) => Promise<Value>,
  use: (item: Item, value: Value) => Promise<void>,
): Promise<void> {
  const waiting = items[Symbol.iterator]();
  const begun: { item: Item; value: Promise<Value> }[] = [];
  const beginNext = (): void => {
    const next = waiting.next();
    if (next.done === true) return;
    const value = begin(next.value);
    value.catch(() => {}); // thrown when its turn comes, unless another fails before
    begun.push({ item: next.value, value });
  };
  for (let count = 0; count < atOnce; count++) beginNext();
  for (;;) {
    const next = begun.shift();
    if (next === undefined) return;
    const value = await next.value;
    beginNext();
    await use(next.item, value);
  }
}
