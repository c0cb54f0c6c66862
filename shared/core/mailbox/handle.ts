// Changing a handle touches two objects. The wish is stored before the directory is asked, and what
// was given up stays listed until the directory has let it go, so that a crash leaves no handle behind.
// A recovery id, which the directory holds as well, changes alike.

import type { Handle } from "../../wire/ids.ts";

export interface HandleState<Name extends string = Handle> {
  readonly handle: Name | null;
  /** Asked of the directory; the answer is not stored yet. */
  readonly claiming: Name | null;
  /** To be released in the directory. */
  readonly releasing: readonly Name[];
}

export const NO_HANDLE: HandleState<never> = { handle: null, claiming: null, releasing: [] };

export function isSettled({ claiming, releasing }: HandleState<string>): boolean {
  return claiming === null && releasing.length === 0;
}

/** All that the directory may hold for the account. */
export function heldHandles<Name extends string>({
  handle,
  claiming,
  releasing,
}: HandleState<Name>): Name[] {
  return [...new Set([handle, claiming, ...releasing])].filter((held) => held !== null);
}

/** A wish that nobody waits for any more is given up with the next one. */
export function wish<Name extends string>(
  state: HandleState<Name>,
  wanted: Name | null,
): HandleState<Name> {
  const abandoned = abandon(state);
  if (wanted === state.handle) return abandoned;
  if (wanted !== null) {
    const releasing = abandoned.releasing.filter((handle) => handle !== wanted);
    return { ...abandoned, claiming: wanted, releasing };
  }
  return { ...abandoned, handle: null, releasing: withHandle(abandoned.releasing, state.handle) };
}

export function granted<Name extends string>(state: HandleState<Name>): HandleState<Name> {
  if (state.claiming === null) return state;
  const releasing = withHandle(state.releasing, state.handle);
  return { handle: state.claiming, claiming: null, releasing };
}

export function denied<Name extends string>(state: HandleState<Name>): HandleState<Name> {
  return { ...state, claiming: null };
}

/** The directory may or may not have granted the wish: so it is released. */
export function abandon<Name extends string>(state: HandleState<Name>): HandleState<Name> {
  return { ...state, claiming: null, releasing: withHandle(state.releasing, state.claiming) };
}

export function released<Name extends string>(
  state: HandleState<Name>,
  handle: Name,
): HandleState<Name> {
  return { ...state, releasing: state.releasing.filter((waiting) => waiting !== handle) };
}

function withHandle<Name extends string>(
  handles: readonly Name[],
  handle: Name | null,
): readonly Name[] {
  return handle === null || handles.includes(handle) ? handles : [...handles, handle];
}
