/** Looking into the schema: what stands at a path, its help, its default. The example and the reference live on it. */
import { z } from 'zod';
import { type FieldHelp, fieldHelp } from './fields.ts';

type Node = z.core.$ZodType;

/** One key of an object in the schema. */
export interface FieldNode {
  readonly key: string;
  readonly help: FieldHelp;
  /** What the schema fills in: a leaf's default as text; null for required and optional fields and for containers. */
  readonly defaultText: string | null;
  readonly required: boolean;
  /** The keys below, of a map or of the items of a list; null for a leaf. */
  readonly children: readonly FieldNode[] | null;
  readonly isList: boolean;
}

/** The keys of an object schema, in the order they are written. */
export function fieldsOf(schema: Node): readonly FieldNode[] {
  const object = bare(schema);
  if (!(object instanceof z.ZodObject)) return [];
  return Object.entries(object.shape).map(([key, node]) => fieldNode(key, node));
}

/**
 * The schema node at a path as zod reports it: strings are keys, numbers are list positions.
 *
 * @returns null when the schema knows no such path
 */
export function fieldAt(schema: Node, path: readonly PropertyKey[]): FieldNode | null {
  let fields = fieldsOf(schema);
  let found: FieldNode | null = null;
  for (const step of path) {
    if (typeof step === 'number') continue;
    found = fields.find((field) => field.key === step) ?? null;
    if (found === null) return null;
    fields = found.children ?? [];
  }
  return found;
}

function fieldNode(key: string, node: Node): FieldNode {
  const help = fieldHelp.get(node);
  if (help === undefined) throw new TypeError(`The schema's field ${key} has no help text.`);
  const inner = bare(node);
  const isList = inner instanceof z.ZodArray;
  const children = isList ? fieldsOf(inner.element) : fieldsOf(inner);
  const preset = defaultOf(node);
  return {
    key,
    help,
    defaultText: preset === undefined || typeof preset === 'object' ? null : String(preset),
    required: preset === undefined && !(node instanceof z.ZodOptional),
    children: children.length > 0 ? children : null,
    isList,
  };
}

function defaultOf(node: Node): unknown {
  return node instanceof z.ZodDefault || node instanceof z.ZodPrefault ? node.def.defaultValue : undefined;
}

/** The schema without what only wraps it: defaults, optionality, freezing, conversion from text. */
function bare(node: Node): Node {
  if (node instanceof z.ZodDefault || node instanceof z.ZodPrefault) return bare(node.def.innerType);
  if (node instanceof z.ZodOptional || node instanceof z.ZodReadonly) return bare(node.def.innerType);
  if (node instanceof z.ZodPipe) return bare(node.def.out);
  return node;
}
