import { join, relative } from "node:path";

import ts from "typescript";

/** A value that some command prints as JSON, as its type says. */
export interface JsonField {
  /** The call that prints: `job/open.ts:97`. */
  readonly at: string;
  /** Its place in the object: `.offers[].price`. */
  readonly path: string;
  readonly type: "bigint" | "number" | "string" | "any";
}

/** What could be deeper is no part of an answer. */
const DEEPEST = 8;

/** All values that commands print as JSON, from the types of what they hand to `Output.result`. */
export function jsonFields(root: string): JsonField[] {
  const folder = join(root, "tasks");
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), (file) => ts.sys.readFile(file)) as {
    config: unknown;
  };
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const files = fileNames.filter((file) => file.startsWith(folder));
  const program = ts.createProgram(files, options);
  const checker = program.getTypeChecker();
  return files.flatMap((file) => {
    const source = program.getSourceFile(file);
    if (source === undefined) return [];
    return printed(source).flatMap((call) => {
      const at = `${relative(folder, file)}:${source.getLineAndCharacterOfPosition(call.getStart()).line + 1}`;
      return fieldsOf(checker, call).map((field) => ({ at, ...field }));
    });
  });
}

/** The objects that a file prints. */
function printed(node: ts.Node): ts.Expression[] {
  const nested: ts.Expression[] = [];
  ts.forEachChild(node, (child) => {
    nested.push(...printed(child));
  });
  const isPrinting = ts.isCallExpression(node) && /\boutput\.result$/.test(node.expression.getText());
  return isPrinting ? [...node.arguments.slice(0, 1), ...nested] : nested;
}

type Found = Omit<JsonField, "at">;

function fieldsOf(checker: ts.TypeChecker, node: ts.Expression): Found[] {
  return walk(checker.getTypeAtLocation(node), "", 0);

  function walk(type: ts.Type, path: string, depth: number): Found[] {
    if (depth > DEEPEST) throw new Error(`${path} has no end`);
    const { flags } = type;
    if (flags & ts.TypeFlags.BigIntLike) return [{ path, type: "bigint" }];
    if (flags & ts.TypeFlags.NumberLike) return [{ path, type: "number" }];
    if (flags & ts.TypeFlags.StringLike) return [{ path, type: "string" }];
    if (flags & ts.TypeFlags.Any) return [{ path, type: "any" }];
    if (type.isUnion()) return walkUnion(type, path, depth);
    if (!(flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))) return [];
    const items = checker.getIndexTypeOfType(type, ts.IndexKind.Number);
    if (items !== undefined) return walk(items, `${path}[]`, depth + 1);
    return checker
      .getPropertiesOfType(type)
      .flatMap((field) => walk(checker.getTypeOfSymbolAtLocation(field, node), `${path}.${field.name}`, depth + 1));
  }

  /** What a contract's struct may be given as besides a bigint, it never is. */
  function walkUnion({ types }: ts.UnionType, path: string, depth: number): Found[] {
    const isLoose = types.some(({ flags }) => flags & ts.TypeFlags.BigIntLike);
    return types
      .filter(({ flags }) => !isLoose || !(flags & ts.TypeFlags.StringLike))
      .flatMap((each) => walk(each, path, depth + 1));
  }
}
