// Which refusals the documents tell of. What any test is refused with over HTTP has to be one of them.

import type { ProblemCode } from "../../../shared/wire/problem.ts";
import { openApiDocument } from "../../../workers/http/openApi.ts";

interface Operation {
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
}

const { paths } = openApiDocument("http://localhost");
const ENDPOINTS = Object.entries(paths).map(([path, operations]) => ({
  path: new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`),
  operations: operations as Readonly<Record<string, Operation>>,
}));

/** @throws for a refusal of a documented endpoint that is not among those that its operation lists */
export function requireDocumented(method: string, path: string, code: ProblemCode): void {
  const pathname = path.split("?")[0] ?? "";
  for (const endpoint of ENDPOINTS) {
    const operation = endpoint.operations[method.toLowerCase()];
    if (operation === undefined || !endpoint.path.test(pathname)) continue;
    const told = Object.values(operation.responses).map(({ description }) => description);
    if (!told.some((text) => text.includes(`\`${code}\``))) {
      throw new Error(`${method} ${pathname} is refused with ${code}, which no document tells`);
    }
  }
}
