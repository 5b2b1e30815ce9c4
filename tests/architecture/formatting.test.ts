import { expect, test } from 'vitest';
import { formatTemplate } from '../../scripts/testing/formatting-templates.ts';

test('EJS inside and between tags survives formatting, and formatting twice changes nothing', async () => {
  const source = `<%# it: a -%>
<title><%= it.a ? \`\${it.a} – x\` : 'b' %></title>
<p class="field<%= it.bad ? ' is-bad' : '' %>"<% if (it.id) { %> id="<%= it.id %>"<% } %>><%= it.t("it's") %></p>
<% for (const row of it.rows) { -%><input name="x" value="<%= row %>" <%= row > 1 ? 'checked' : '' %>><% } -%>
<textarea name="t" rows="2">
<%= it.text %></textarea>`;
  const once = await formatTemplate(source);
  expect(once).toContain(`class="field<%= it.bad ? ' is-bad' : '' %>" <% if (it.id) { %>`);
  expect(once).toContain("<%= row > 1 ? 'checked' : '' %>");
  expect(once).toContain('<title><%= it.a ?');
  expect(await formatTemplate(once)).toBe(once);
});

test('a long sentence stays one string, whatever the width', async () => {
  const words = `${'Coordinators see the tickets of their own teams. '.repeat(4)}it\\'s all`;
  const once = await formatTemplate(`<%# it: t -%>\n<p class="lede"><%= it.t('${words}') %> and more</p>`);
  expect(once).toContain(`'${words}'`);
  expect(await formatTemplate(once)).toBe(once);
});
