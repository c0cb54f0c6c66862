// A JSON Schema as a nested list: name, kind, and what its values must be.

import { type Schema, schemaId } from "./openApi.ts";

export function SchemaView({ schema }: { readonly schema: Schema }) {
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices !== undefined && choices.some(hasMembers)) {
    return (
      <ol class="api-choices">
        {choices.map((choice, index) => (
          <li key={index}>
            <SchemaView schema={choice} />
          </li>
        ))}
      </ol>
    );
  }
  if (schema.properties !== undefined) {
    const { properties, required = [] } = schema;
    return (
      <dl class="api-members">
        {Object.entries(properties).map(([name, member]) => (
          <div key={name}>
            <dt>
              <code>{name}</code>
              {required.includes(name) ? null : <span class="api-optional">optional</span>}
            </dt>
            <dd>
              <Kind schema={member} />
              {nestedIn(member).map((nested, index) => (
                <SchemaView key={index} schema={nested} />
              ))}
            </dd>
          </div>
        ))}
      </dl>
    );
  }
  return <Kind schema={schema} />;
}

function Kind({ schema }: { readonly schema: Schema }) {
  if (schema.$ref !== undefined) {
    const id = schemaId(schema.$ref);
    return <a href={`#${id}`}>{id.replace("schema-", "")}</a>;
  }
  return (
    <span class="api-kind">
      {kindOf(schema)}
      {schema.pattern === undefined ? null : <code class="api-pattern">{schema.pattern}</code>}
    </span>
  );
}

function kindOf(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined)
    return schema.enum.map((value) => JSON.stringify(value)).join(", ");
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices !== undefined) return choices.map(kindOf).join(" or ");
  if (schema.type === "array") return `array of ${kindOf(schema.items ?? {})}`;
  return `${schema.type ?? "anything"}${rangeOf(schema)}`;
}

function rangeOf({ minimum, maximum, minLength, maxLength }: Schema): string {
  if (maxLength !== undefined) return `, ${minLength ?? 0} to ${maxLength} characters`;
  const isBounded = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  return isBounded ? `, ${minimum ?? 0} to ${maximum}` : "";
}

const hasMembers = ({ properties }: Schema) => properties !== undefined;

/** What has members of its own to be shown below. */
function nestedIn(schema: Schema): readonly Schema[] {
  if (hasMembers(schema)) return [schema];
  if (schema.items !== undefined) return nestedIn(schema.items);
  return (schema.oneOf ?? schema.anyOf ?? []).filter(hasMembers);
}
