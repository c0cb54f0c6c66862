// The whole reference: a list of endpoints, and each of them with what it takes and answers.

import type { ComponentChildren } from "preact";
import { type Endpoint, endpointsOf, type OpenApi, schemaOf } from "./openApi.ts";
import { SchemaView } from "./SchemaView.tsx";

export function Reference({ document }: { readonly document: OpenApi }) {
  const endpoints = endpointsOf(document);
  const { title, summary, description } = document.info;
  return (
    <div class="api">
      <header class="api-head">
        <h1>{title}: the HTTP interface</h1>
        <p>
          {summary}. {description}
        </p>
        <p>
          Server: <code>{document.servers[0]?.url}</code>. The same as a document:{" "}
          <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1).
        </p>
      </header>
      <nav aria-label="Endpoints">
        <ul role="list">
          {endpoints.map(({ method, path, operation }) => (
            <li key={operation.operationId}>
              <a href={`#${operation.operationId}`}>
                <Method name={method} /> <code>{path}</code>
              </a>
            </li>
          ))}
          {Object.keys(document.components.schemas).map((name) => (
            <li key={name}>
              <a href={`#schema-${name}`}>{name}</a>
            </li>
          ))}
        </ul>
      </nav>
      <main>
        {endpoints.map((endpoint) => (
          <EndpointView key={endpoint.operation.operationId} {...endpoint} />
        ))}
        {Object.entries(document.components.schemas).map(([name, schema]) => (
          <section key={name} id={`schema-${name}`} aria-labelledby={`schema-${name}-title`}>
            <h2 id={`schema-${name}-title`}>{name}</h2>
            <SchemaView schema={schema} />
          </section>
        ))}
      </main>
    </div>
  );
}

const KEYS: Readonly<Record<string, string>> = {
  session: "a session",
  operatorKey: "an operator's key",
  house: "the server's secret",
};

function keysOf(security: Endpoint["operation"]["security"]): string {
  return security
    .flatMap((scheme) => Object.keys(scheme))
    .map((name) => KEYS[name] ?? name)
    .join(" or ");
}

function EndpointView({ method, path, operation }: Endpoint) {
  const { operationId, summary, security, parameters = [], requestBody, responses } = operation;
  const body = schemaOf(requestBody?.content);
  const outcomes = Object.entries(responses);
  const answers = outcomes.filter(([status]) => status.startsWith("2"));
  const refusals = outcomes.filter(([status]) => !status.startsWith("2"));
  return (
    <section id={operationId} aria-labelledby={`${operationId}-title`}>
      <h2 id={`${operationId}-title`}>{summary}</h2>
      <p class="api-address">
        <Method name={method} /> <code>{path}</code>
        {security.length === 0 ? null : <span class="api-auth">needs {keysOf(security)}</span>}
      </p>
      {parameters.length === 0 ? null : (
        <Part title="Parameters">
          <dl class="api-members">
            {parameters.map(({ name, in: place, required, schema }) => (
              <div key={name}>
                <dt>
                  <code>{name}</code> in {place}
                  {required === true ? null : <span class="api-optional">optional</span>}
                </dt>
                <dd>
                  <SchemaView schema={schema} />
                </dd>
              </div>
            ))}
          </dl>
        </Part>
      )}
      {body === undefined ? null : (
        <Part title="Body">
          <SchemaView schema={body} />
        </Part>
      )}
      {answers.map(([status, { description, content }]) => {
        const schema = schemaOf(content);
        return (
          <Part key={status} title={status}>
            {schema === undefined ? <p>{description}.</p> : <SchemaView schema={schema} />}
          </Part>
        );
      })}
      <Part title="Refusals">
        {refusals.flatMap(([status, { description }]) =>
          description.split("\n\n").map((line) => (
            <p key={line}>
              {status} {withCode(line)}
            </p>
          )),
        )}
        <p>
          Each comes as a <a href="#schema-Problem">Problem</a>.
        </p>
      </Part>
    </section>
  );
}

function Part({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ComponentChildren;
}) {
  return (
    <div class="api-part">
      <h3>{title}</h3>
      <div>{children}</div>
    </div>
  );
}

function Method({ name }: { readonly name: string }) {
  return <span class="api-method">{name}</span>;
}

/** Text in which `…` is code. */
function withCode(text: string): ComponentChildren[] {
  return text
    .split("`")
    .map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part));
}
