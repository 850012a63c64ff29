import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { openPage as open, type Size, startBrowser } from '../support/browser.ts';
import { ensurePage } from '../support/build.ts';
import { board } from './support.ts';

export const WIDE = { width: 1280, height: 900 };
export const NARROW = { width: 400, height: 800, dark: true };
export const VIEWS = ['Overview', 'Parameters', 'Curves', 'Timeline', 'Thinking', 'Control'];

let browser: Browser;

/** Starts a browser for the tests of a file, which calls this at its top: files share modules, and so what these do when they load. */
export function browserOfTests(): void {
  beforeAll(async () => {
    await ensurePage();
    browser = await startBrowser();
  });
  afterAll(() => browser.close());
}

/** Opens a page that is closed after the test, and has had no errors then but expected ones. */
export async function openPage(url: string, size: Size, expected = /^$/) {
  const page = await open(browser, url, size);
  onTestFinished(async () => {
    expect(page.wrong.filter((text) => !expected.test(text))).toEqual([]);
    await page.close();
  });
  return page;
}

/** A board that is closed after the test, and after its pages. */
export async function boardOfTest(...given: Parameters<typeof board>) {
  const made = await board(...given);
  onTestFinished(made.close);
  return made;
}

export const show = (page: Page, view: string) => page.getByRole('navigation').getByRole('link', { name: view, exact: true }).click();
/** The views that a page offers: those that have something to show. */
export const offered = (page: Page) => page.getByRole('navigation', { name: 'views' }).getByRole('link').allTextContents();
/** Whether a page is wider than its window. */
export const spills = (page: Page) => page.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth + 1');
/** The words on buttons, and the names of values and columns, that do not stand on one line. */
export const brokenWords = (page: Page) =>
  page.evaluate<string[]>(`[...document.querySelectorAll('button, dt, th:not(:has(button))')].flatMap((of) => {
    const range = document.createRange();
    range.selectNodeContents(of);
    const lines = new Set(Array.from(range.getClientRects(), ({ bottom }) => Math.round(bottom)));
    return /^\\S+$/.test(of.textContent) && lines.size > 1 ? [of.textContent] : [];
  })`);
export const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
