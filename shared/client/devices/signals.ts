// What is told to the other tabs and processes of this device.

/** Another account has said something of linking, or what it said is done. */
export const LINKING_SIGNAL = "linking";
/** The device is of another account now. */
export const MOVED_SIGNAL = "moved";
