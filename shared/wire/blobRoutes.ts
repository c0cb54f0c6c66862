// The endpoints of blobs; a part of the list in routes.ts.

import {
  blobBeginningSchema,
  blobParams,
  chunkParams,
  storedChunksSchema,
  UPLOAD_TOKEN_HEADER,
  uploadSchema,
} from "./blobs.ts";

export const BLOB_ROUTES = {
  beginBlob: {
    method: "POST",
    path: "/v1/blobs",
    auth: "session",
    body: blobBeginningSchema,
    status: 201,
    response: uploadSchema,
  },
  continueBlob: {
    method: "POST",
    path: "/v1/blobs/{blobId}/token",
    auth: "session",
    params: blobParams,
    status: 201,
    response: uploadSchema,
  },
  putChunk: {
    method: "PUT",
    path: "/v1/blobs/{blobId}/{index}",
    auth: "session",
    params: chunkParams,
    header: UPLOAD_TOKEN_HEADER,
    body: "bytes",
    status: 204,
  },
  storedChunks: {
    method: "GET",
    path: "/v1/blobs/{blobId}",
    auth: "session",
    params: blobParams,
    status: 200,
    response: storedChunksSchema,
  },
  chunk: {
    method: "GET",
    path: "/v1/blobs/{blobId}/{index}",
    auth: "session",
    params: chunkParams,
    status: 200,
    response: "bytes",
  },
  deleteBlob: {
    method: "DELETE",
    path: "/v1/blobs/{blobId}",
    auth: "session",
    params: blobParams,
    status: 204,
  },
} as const;
