// Waiting that has an end.

/** Resolves with the task, or without it after the delay. @returns whether it was in time */
export async function within(delayMs: number, task: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), delayMs);
  });
  try {
    return await Promise.race([task.then(() => true), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
