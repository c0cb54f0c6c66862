// The endpoints of files and rooms; a part of the list in routes.ts, which the SDK loads with the first call of one.

import { BLOB_ROUTES } from "./blobRoutes.ts";
import { ROOM_ROUTES } from "./roomRoutes.ts";

export const LATE_ROUTES = { ...BLOB_ROUTES, ...ROOM_ROUTES };
