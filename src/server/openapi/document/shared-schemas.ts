import type { JsonSchema } from '../../../graphql/json-schema/json-schema.ts';
import type { SelectedObject } from '../../../graphql/json-schema/selection-schema.ts';

/**
 * Collects the schemas of objects, so that each is written once in a document and referred to elsewhere. An object is
 * named after its type. If a type occurs with different fields, the later ones are numbered.
 */
export class SharedSchemas {
  readonly #names = new Map<string, string>();
  readonly #schemas = new Map<string, JsonSchema>();

  readonly share = ({ typeName, selection, fieldNames, schema }: SelectedObject): JsonSchema => {
    // An object with one field, such as `{ id }`, is shorter than the reference to it.
    if (fieldNames.length === 1) return schema;
    const key = `${typeName} ${selection}`;
    const name = this.#names.get(key) ?? this.#toFreeName(typeName);
    this.#names.set(key, name);
    this.#schemas.set(name, schema);
    return { $ref: `#/components/schemas/${name}` };
  };

  get all(): Readonly<Record<string, JsonSchema>> {
    return Object.fromEntries([...this.#schemas].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #toFreeName(typeName: string): string {
    let name = typeName;
    for (let count = 2; this.#schemas.has(name); count += 1) name = `${typeName}${count}`;
    return name;
  }
}
