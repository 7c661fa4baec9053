// TypeScript declarations of documents, from their JSON Schemas: as much of it as those use.

const pascal = (name) => name.replace(/(^|[_-])([a-z])/g, (_, __, letter) => letter.toUpperCase());
const comment = (schema, indent) => (schema.description ? `${indent}/** ${schema.description.replaceAll("*/", "")} */\n` : "");
const property = (name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));

/** The declarations of one document: `name` is its type's, and what those of its parts begin with. */
export function declarations(name, schema) {
  const reference = (path) => name + pascal(path.split("/").at(-1));

  function type(schema, indent) {
    if (schema === true || schema === undefined) return "unknown";
    if (schema.$ref) return reference(schema.$ref);
    if ("const" in schema) return JSON.stringify(schema.const);
    if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
    const choices = schema.oneOf ?? (schema.properties ? undefined : schema.anyOf);
    if (choices) return choices.map((choice) => type(choice, indent)).join(" | ");
    if (Array.isArray(schema.type)) return schema.type.map((one) => type({ ...schema, type: one }, indent)).join(" | ");
    switch (schema.type) {
      case "string":
      case "boolean":
      case "null":
        return schema.type;
      case "integer":
      case "number":
        return "number";
      case "array":
        return `(${type(schema.items, indent)})[]`;
      case "object":
        return object(schema, indent);
      default:
        return "unknown";
    }
  }

  function object(schema, indent) {
    const more = schema.additionalProperties;
    const inner = `${indent}  `;
    if (!schema.properties) return `Record<string, ${more === undefined || typeof more === "boolean" ? "unknown" : type(more, indent)}>`;
    const members = Object.entries(schema.properties).map(([key, value]) => {
      const optional = schema.required?.includes(key) ? "" : "?";
      return `${comment(value, inner)}${inner}${property(key)}${optional}: ${type(value, inner)};\n`;
    });
    return `{\n${members.join("")}${indent}}`;
  }

  const parts = Object.entries(schema.$defs ?? {}).map(([part, of]) => `${comment(of, "")}export type ${name}${pascal(part)} = ${type(of, "")};\n`);
  return `${comment(schema, "")}export type ${name} = ${type(schema, "")};\n\n${parts.join("\n")}`;
}
