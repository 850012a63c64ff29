import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DefaultTheme, defineConfig, type MarkdownOptions } from 'vitepress';
import packaged from '../../package.json' with { type: 'json' };
import { documented } from './documented.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const icon = readFileSync(join(root, 'src/page/icon.svg'), 'utf8').trim();
/** Where the sources are, once `npm run release` has filled it in. */
const repository =
  'repository' in packaged ? String((packaged.repository as { readonly url: string }).url).replace(/^git\+|\.git$/g, '') : undefined;

/** A page by its path below `docs`, with its first heading as the title. */
function page(path: string, title?: string): DefaultTheme.SidebarItem {
  const [, heading = basename(path)] = /^# (.*)$/m.exec(readFileSync(join(root, `docs/${path}.md`), 'utf8')) ?? [];
  return { text: title ?? heading, link: `/${path}` };
}
const section = (text: string, ...items: DefaultTheme.SidebarItem[]): DefaultTheme.SidebarItem => ({ text, items });
const folded = (text: string, ...items: DefaultTheme.SidebarItem[]): DefaultTheme.SidebarItem => ({ text, items, collapsed: true });

/** What TypeDoc wrote for a module: a folder for each kind of export. */
function apiOf(module: string): DefaultTheme.SidebarItem {
  const here = `docs/reference/api/${module}`;
  const kinds = readdirSync(join(root, here)).filter((kind) => !kind.endsWith('.md'));
  const pagesOf = (kind: string) => readdirSync(join(root, here, kind)).map((file) => basename(file, '.md'));
  const link = (kind: string) => (name: string) => ({ text: name, link: `/reference/api/${module}/${kind}/${name}` });
  return {
    ...folded(
      module === 'hypertide' ? module : `hypertide/${module}`,
      ...kinds.map((kind) => folded(kind.replace('-', ' '), ...pagesOf(kind).map(link(kind)))),
    ),
    link: `/reference/api/${module}/index`,
  };
}

/** The pages of a folder below `docs`, in the order of their names. */
const pagesIn = (folder: string) =>
  readdirSync(join(root, 'docs', folder))
    .filter((file) => file !== 'index.md')
    .map((file) => page(`${folder}/${basename(file, '.md')}`));

const sidebar: DefaultTheme.SidebarItem[] = [
  section(
    'Tutorials',
    page('tutorials/program', 'Any program'),
    page('tutorials/python', 'Python'),
    page('tutorials/typescript', 'TypeScript'),
  ),
  section('Use', page('guides/resume'), page('guides/dashboard'), page('guides/noise'), page('guides/python'), page('guides/agents')),
  section('Define', page('guides/spaces'), page('guides/early-stopping'), page('guides/examples'), page('guides/earlier')),
  section('Compose', page('guides/strategies'), page('guides/external'), page('guides/own-strategy')),
  section('Operate', page('guides/nats'), page('guides/http'), page('guides/operating'), page('guides/monitoring')),
  section('Build', page('guides/embedding')),
  section(
    'Reference',
    page('reference/study-file'),
    { ...folded('Commands', ...pagesIn('reference/commands')), link: '/reference/commands/index' },
    page('reference/study-options'),
    page('reference/strategy-options'),
    page('reference/known-parameters'),
    page('reference/machines'),
    page('reference/facts'),
    page('reference/python'),
    folded('TypeScript library', ...documented.map(([name]) => apiOf(name))),
  ),
  section('Coming from', ...pagesIn('from')),
  section('Help', page('troubleshooting', 'Troubleshooting'), page('benchmarks')),
  section(
    'Project',
    { text: 'Glossary', link: '/GLOSSARY' },
    { text: 'Changelog', link: '/CHANGELOG' },
    { text: 'Security', link: '/SECURITY' },
    { text: 'Contributing', link: '/CONTRIBUTING' },
    { text: 'Code of conduct', link: '/CODE_OF_CONDUCT' },
  ),
];

/** The groups of the sidebar that the bar at the top shows. */
const tutorials = sidebar.find(({ text }) => text === 'Tutorials')!.items!;
const guides = sidebar.filter(({ text }) => ['Use', 'Define', 'Compose', 'Operate', 'Build'].includes(text!));
const nav: DefaultTheme.NavItem[] = [
  { text: 'Tutorials', items: tutorials.map(linked) },
  { text: 'Guides', items: guides.map(({ text, items = [] }) => ({ text: text!, items: items.map(linked) })) },
  {
    text: 'Reference',
    items: sidebar
      .find(({ text }) => text === 'Reference')!
      .items!.filter(({ link }) => link)
      .map(linked),
  },
  { text: 'Coming from', items: pagesIn('from').map(linked) },
  { text: packaged.version, link: '/CHANGELOG' },
];
function linked({ text, link }: DefaultTheme.SidebarItem): DefaultTheme.NavItemWithLink {
  return { text: text!, link: link! };
}

const extendMarkdown: MarkdownOptions['config'] = (markdown) => {
  // Braces in code are no expressions of Vue.
  const { code_inline } = markdown.renderer.rules;
  markdown.renderer.rules.code_inline = (tokens, i, ...rest) => {
    tokens[i]!.attrSet('v-pre', '');
    return code_inline!(tokens, i, ...rest);
  };
  // Links are relative to the file, as in the repository. Files that are no pages, such as examples, are linked in the repository, once its
  // address is known.
  markdown.core.ruler.push('links', ({ tokens, env }) => {
    for (const { children } of tokens)
      for (const [i, token] of (children ?? []).entries()) {
        const href = token.type === 'link_open' ? token.attrGet('href') : null;
        if (!href || /^([a-z]+:|[#/])/.test(href)) continue;
        const [path = '', anchor] = href.split('#');
        const target = relative(root, join(dirname(env.realPath ?? env.path), path));
        if (isPage(target)) token.attrSet('href', `/${target.replace(/^docs\//, '')}${anchor ? `#${anchor}` : ''}`);
        else if (repository) token.attrSet('href', `${repository}/blob/main/${target}`);
        else
          for (const end of [token, children!.slice(i).find(({ type }) => type === 'link_close')!])
            Object.assign(end, { type: 'text', content: '' });
      }
  });
};
const isPage = (path: string): boolean => /^(docs\/.*|[A-Z_]+)\.md$/.test(path) && path !== 'README.md';

export default defineConfig({
  title: 'hypertide',
  description: packaged.description,
  head: [['link', { rel: 'icon', href: `data:image/svg+xml,${encodeURIComponent(icon)}` }]],
  srcDir: '..',
  // Pages are `docs` and the documents of the repository; the folder is no part of their addresses.
  srcExclude: ['README.md', '{dist*,examples,machines,src,streams,test,.*}/**'],
  rewrites: { 'docs/:path*': ':path*' },
  outDir: '../dist-docs',
  cacheDir: '../node_modules/.vitepress',
  cleanUrls: false,
  lastUpdated: false,
  markdown: { config: extendMarkdown },
  vite: { configFile: false },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    logo: `data:image/svg+xml,${encodeURIComponent(icon)}`,
    nav,
    sidebar,
    ...(repository && { socialLinks: [{ icon: 'github', link: repository }] }),
  },
});
