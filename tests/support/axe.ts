import axe from 'axe-core';
import type { Page } from 'playwright';

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export type Looking = {
  /** Only this part of the page. */
  within?: string;
  /** These rules alone, instead of WCAG 2.2 AA and best practice. */
  rules?: string[];
};

/**
 * What axe has against the page as it stands, a line each: rule, element, why. Mails and other people's
 * pages in frames are not ours to judge. It runs in the page itself, once loaded there, as often as one likes.
 */
export async function violations(page: Page, { within, rules }: Looking = {}): Promise<string[]> {
  if (!(await page.evaluate("typeof axe === 'object'"))) await page.evaluate(axe.source);
  const context = { include: [[within ?? 'html']], exclude: [['iframe']] };
  const options: axe.RunOptions = {
    runOnly: rules ? { type: 'rule', values: rules } : { type: 'tag', values: WCAG },
    resultTypes: ['violations'],
    iframes: false,
  };
  const run = `axe.run(${JSON.stringify(context)}, ${JSON.stringify(options)})`;
  const result = (await page.evaluate(`${run}.then(({ violations }) => ({ violations }))`)) as axe.AxeResults;
  return result.violations.flatMap(({ id, nodes }) =>
    nodes.map(node => `${id}: ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ''}`),
  );
}
