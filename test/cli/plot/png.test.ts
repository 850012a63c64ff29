import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pngOf } from '../../../src/cli/plot/png.ts';
import { directory } from '../support.ts';

const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="760" height="346"></svg>';

describe('a PNG', () => {
  const { PATH } = process.env;
  let place: string;
  beforeEach(() => {
    place = directory();
    process.env.PATH = place;
  });
  afterEach(() => {
    process.env.PATH = PATH;
  });
  const install = (name: string, script: string) => {
    writeFileSync(join(place, name), `#!${process.execPath}\nconst { writeFileSync } = require('node:fs');\n${script}`);
    chmodSync(join(place, name), 0o755);
  };

  it('is drawn by the first program that is installed', async () => {
    const write = (file: string) => `writeFileSync(${file}, JSON.stringify(process.argv.slice(2)));`;
    install('chromium', write("process.argv.find((word) => word.startsWith('--screenshot=')).slice(13)"));
    expect(JSON.parse(Buffer.from(await pngOf(svg)).toString())).toContain('--window-size=760,346');
    install('rsvg-convert', write('process.argv[5]'));
    expect(JSON.parse(Buffer.from(await pngOf(svg)).toString())).toEqual([
      '--zoom',
      '2',
      '--output',
      expect.any(String),
      expect.any(String),
    ]);
  });

  it('needs a program, and one that works', async () => {
    await expect(pngOf(svg)).rejects.toThrow('--output: to draw a PNG, hypertide needs rsvg-convert');
    install('inkscape', "console.error('a line\\nno display'); process.exit(3);");
    await expect(pngOf(svg)).rejects.toThrow('--output: no PNG was drawn: no display');
  });
});
