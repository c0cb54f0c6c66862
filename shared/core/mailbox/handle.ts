// Changing a handle touches two objects. The wish is stored before the directory is asked, and what
// was given up stays listed until the directory has let it go, so that a crash leaves no handle behind.

import type { Handle } from "../../wire/ids.ts";

export interface HandleState {
  readonly handle: Handle | null;
  /** Asked of the directory; the answer is not stored yet. */
  readonly claiming: Handle | null;
  /** To be released in the directory. */
  readonly releasing: readonly Handle[];
}

export const NO_HANDLE: HandleState = { handle: null, claiming: null, releasing: [] };

export function isSettled({ claiming, releasing }: HandleState): boolean {
  return claiming === null && releasing.length === 0;
}

/** All that the directory may hold for the account. */
export function heldHandles({ handle, claiming, releasing }: HandleState): Handle[] {
  return [...new Set([handle, claiming, ...releasing])].filter((held) => held !== null);
}

/** A wish that nobody waits for any more is given up with the next one. */
export function wish(state: HandleState, wanted: Handle | null): HandleState {
  const abandoned = abandon(state);
  if (wanted === state.handle) return abandoned;
  if (wanted !== null) {
    const releasing = abandoned.releasing.filter((handle) => handle !== wanted);
    return { ...abandoned, claiming: wanted, releasing };
  }
  return { ...abandoned, handle: null, releasing: withHandle(abandoned.releasing, state.handle) };
}

export function granted(state: HandleState): HandleState {
  if (state.claiming === null) return state;
  const releasing = withHandle(state.releasing, state.handle);
  return { handle: state.claiming, claiming: null, releasing };
}

export function denied(state: HandleState): HandleState {
  return { ...state, claiming: null };
}

/** The directory may or may not have granted the wish: so it is released. */
export function abandon(state: HandleState): HandleState {
  return { ...state, claiming: null, releasing: withHandle(state.releasing, state.claiming) };
}

export function released(state: HandleState, handle: Handle): HandleState {
  return { ...state, releasing: state.releasing.filter((waiting) => waiting !== handle) };
}

function withHandle(handles: readonly Handle[], handle: Handle | null): readonly Handle[] {
  return handle === null || handles.includes(handle) ? handles : [...handles, handle];
}
