// Writes src/api/generated/schema.ts from openapi.yaml.
//
// A schema of the form `allOf: [fields, {required: [...]}]` makes the fields of the first part
// required. openapi-typescript translates the parts one by one and loses that, so such schemas are
// merged into one object first.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';
import { parse } from 'yaml';

const source = new URL('../../src/api/openapi.yaml', import.meta.url);
const target = new URL('../src/api/generated/schema.ts', import.meta.url);

const document = parse(await readFile(source, 'utf8'));
const { schemas } = document.components;

function resolve(schema) {
  return schema.$ref ? resolve(schemas[schema.$ref.split('/').at(-1)]) : schema;
}

function merged(schema) {
  if (!schema.allOf || schema.allOf.length < 2) return schema;
  const parts = schema.allOf.map((part) => merged(resolve(part)));
  return {
    type: 'object',
    properties: Object.assign({}, ...parts.map((part) => part.properties)),
    required: parts.flatMap((part) => part.required ?? []),
  };
}

document.components.schemas = Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, merged(schema)]));
const types = astToString(await openapiTS(document, { defaultNonNullable: false }));
await mkdir(new URL('.', target), { recursive: true });
await writeFile(target, `/* Written by scripts/generate_types.mjs from openapi.yaml. */\n${types}`);
