import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import type { OptionSet } from '../../src/schema/optionSet.ts';
import { studySchema } from '../../src/text/studySchema.ts';
import { strategies } from '../../streams/spec/catalogue.ts';
import { studyOptions } from '../../streams/spec/options.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const schemaFile = join(root, 'study.schema.json');
export const studyOptionsFile = join(root, 'docs/reference/study-options.md');
export const optionsFile = join(root, 'docs/reference/strategy-options.md');

interface Schema {
  description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly additionalProperties?: Schema;
  readonly const?: unknown;
  readonly default?: unknown;
}

/** The JSON Schema of study files, with the comments of the code as descriptions. */
export function schemaText(): string {
  const schema = JSON.parse(JSON.stringify(studySchema())) as Schema & { readonly $defs: Readonly<Record<'strategy', Schema>> };
  const comments = commentsOfCode();
  describe(schema, comments.get('studyLayout')!.parts);
  for (const [name, strategy] of Object.entries(schema.$defs.strategy.anyOf![1]!.properties!)) {
    const { text, parts } = comments.get(name)!;
    strategy.description = text;
    describe(strategy, parts);
  }
  for (const dimension of schema.properties!.parameters!.additionalProperties!.oneOf!) {
    if (dimension.properties === undefined) continue; // a list of values
    const { text, parts } = comments.get(String(dimension.properties.type!.const))!;
    dimension.description = text;
    describe(dimension, parts);
  }
  // A line for each option, since the package holds this file. JSON has no line break within a string.
  return `${JSON.stringify(schema, null, 1)
    .replace(/\n {7,}/g, '')
    .replace(/\n +/g, '\n')}\n`;
}

/** The reference of the options of a study in code, in Markdown. */
export function studyOptionsText(): string {
  const comments = commentsOfCode();
  const [of, others] = (['optimize', 'createStudy'] as const).map((name) => comments.get(name)!.options);
  const rules: OptionSet = studyOptions;
  const rows = [...new Map([...of!, ...others!])].map(([name, { text, type }]) => {
    const where = of!.has(name) && others!.has(name) ? 'both' : of!.has(name) ? '`optimize`' : '`createStudy`';
    return `| \`${name}\` | ${where} | ${rules[name]?.rule.expected ?? `\`${type.replaceAll('|', '\\|')}\``} | ${text} |`;
  });
  return `# Options of a study in TypeScript

This page is generated from the code by \`npm run schema\`. [\`optimize\` and \`createStudy\`](../guides/embedding.md) take these options as one object; all of them are optional.
If you resume a log and leave out an option, its value in the log still applies.

| option | of | expects | meaning |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}

/** The reference of options, in Markdown: what each strategy is for, and a row for each option that no strategy before it has. */
export function optionsText(): string {
  const described = JSON.parse(schemaText()).$defs.strategy.anyOf[1].properties as Readonly<Record<string, Schema>>;
  const before = new Map<string, string>();
  const sections = Object.entries(strategies).map(([name, { options }]) => {
    const { description = '', properties = {} } = described[name]!;
    const text = description.split('\n\n').filter((paragraph, i) => i === 0 || /^(Use it|-) /.test(paragraph));
    const rows = Object.entries(options).map(([option, { rule, required }]) => {
      const [meaning = '', usual = ''] = properties[option]!.description!.split(/ Default: (.*)\.$/);
      return [option, `| \`${option}\` | ${rule.expected} | ${required ? 'required' : usual} | ${meaning} |`] as const;
    });
    const own = rows.filter(([, row]) => !before.has(row)).map(([, row]) => row);
    const shared = rows.filter(([, row]) => before.has(row)).map(([option, row]) => `- \`${option}\`: as in \`${before.get(row)}\``);
    for (const row of own) before.set(row, name);
    const table = own.length > 0 ? [`| option | expects | default | meaning |\n| --- | --- | --- | --- |\n${own.join('\n')}`] : [];
    return `## ${[name, ...text, ...table, ...(shared.length > 0 ? [shared.join('\n')] : [])].join('\n\n')}\n`;
  });
  return `# Options of strategies\n\nThis page is generated from the code by \`npm run schema\`. \`hypertide dev strategies <name>\` also prints how a strategy works.\n\n${sections.join('\n')}`;
}

function describe({ properties = {} }: Schema, comments: ReadonlyMap<string, string>): void {
  for (const [name, part] of Object.entries(properties)) {
    const comment = comments.get(name);
    if (comment) part.description = comment;
  }
}

interface Comment {
  readonly text: string;
  /** Of the properties of an object, of the options of a function, and of what it returns. */
  readonly parts: ReadonlyMap<string, string>;
  /** Of the last parameter of a function. */
  readonly options: ReadonlyMap<string, { readonly text: string; readonly type: string }>;
}

let known: ReadonlyMap<string, Comment> | undefined;

/** The comments of the library and of the layout of study files, which are read once. */
function commentsOfCode(): ReadonlyMap<string, Comment> {
  known ??= commentsOf(join(root, 'streams/index.ts'), join(root, 'src/text/studyLayout.ts'));
  return known;
}

/** The comments of what modules export. */
function commentsOf(...modules: readonly string[]): ReadonlyMap<string, Comment> {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: modules }, ts.sys, root);
  const program = ts.createProgram(modules, options);
  const checker = program.getTypeChecker();
  const textOf = (symbol: ts.Symbol): string => unwrapped(ts.displayPartsToString(symbol.getDocumentationComment(checker)));
  const optionsOf = (parameter: ts.Symbol | undefined) =>
    (parameter ? checker.getTypeOfSymbol(parameter).getProperties() : []).map((option) => {
      const type = checker.typeToString(checker.getNonNullableType(checker.getTypeOfSymbol(option)));
      return [option.name, { text: textOf(option), type }] as const;
    });
  const partsOf = (type: ts.Type) => type.getProperties().map((property) => [property.name, textOf(property)] as const);
  return new Map(
    modules.flatMap((module) =>
      checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(module)!)!).flatMap((exported) => {
        const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
        if (!(symbol.flags & ts.SymbolFlags.Value)) return [];
        const type = checker.getTypeOfSymbol(symbol);
        const [signature] = type.getCallSignatures();
        const types = signature ? [...signature.getParameters().map((p) => checker.getTypeOfSymbol(p)), signature.getReturnType()] : [type];
        const options = new Map(optionsOf(signature?.getParameters().at(-1)));
        return [[exported.name, { text: textOf(symbol), parts: new Map(types.flatMap(partsOf)), options }] as const];
      }),
    ),
  );
}

/** Paragraphs in one line each. */
const unwrapped = (text: string): string =>
  text
    .split('\n\n')
    .map((paragraph) => paragraph.replace(/\n(?!- )/g, ' '))
    .join('\n\n');
