// Holds a value against a schema, strictly: for the part of JSON Schema that the server writes. A word of a schema that
// is not known here throws, so that nothing passes because it was not looked at.
const formats = {
  date: (text) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)),
  "date-time": (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text),
  uuid: (text) => /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text),
};
const types = {
  string: (value) => typeof value === "string",
  integer: (value) => Number.isInteger(value),
  number: (value) => typeof value === "number",
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
  array: Array.isArray,
  object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
};
const references = "#/components/schemas/";

/** What does not fit, each with its place; none when it fits. */
export function faultsOf(value, schema, named = {}, where = "") {
  const words = {
    title: () => [],
    "x-title-zh": () => [],
    "x-form-version": () => [],
    $ref: (target) => {
      const found = target.startsWith(references) ? named[target.slice(references.length)] : undefined;
      if (!found) throw new Error(`there is no ${target}`);
      return faultsOf(value, found, named, where);
    },
    type: (wanted) => ([wanted].flat().some((type) => types[type](value)) ? [] : [`${where}: ${JSON.stringify(value)} is no ${wanted}`]),
    format: (wanted) => (typeof value !== "string" || formats[wanted](value) ? [] : [`${where}: ${value} is no ${wanted}`]),
    enum: (words) => (words.includes(value) ? [] : [`${where}: ${value} is none of ${words}`]),
    anyOf: (choices) => {
      const tried = choices.map((choice) => faultsOf(value, choice, named, where));
      return tried.some((faults) => faults.length === 0) ? [] : tried.reduce((best, faults) => (faults.length < best.length ? faults : best));
    },
    items: (item) => (Array.isArray(value) ? value.flatMap((one, at) => faultsOf(one, item, named, `${where}/${at}`)) : []),
    required: (names) => (types.object(value) ? names.filter((name) => !(name in value)).map((name) => `${where}/${name} is missing`) : []),
    properties: (members) =>
      types.object(value) ? Object.keys(members).filter((name) => name in value).flatMap((name) => faultsOf(value[name], members[name], named, `${where}/${name}`)) : [],
    additionalProperties: (allowed) => {
      if (allowed !== false) throw new Error("additionalProperties other than false");
      return types.object(value) ? Object.keys(value).filter((name) => !(name in (schema.properties ?? {}))).map((name) => `${where}/${name} is not described`) : [];
    },
  };
  return Object.entries(schema).flatMap(([word, content]) => {
    if (!words[word]) throw new Error(`the checker does not know "${word}" (${where})`);
    return words[word](content);
  });
}
