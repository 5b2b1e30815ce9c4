import { createApp } from '../../../src/web/app.ts';
import { accounts, PASSWORD } from '../../domain/identity/accounts.ts';
import { type Visitor, visitor } from '../../support/visitor.ts';

/** The application with an admin, a coordinator and an employee at their desks. */
export async function desk() {
  const world = await accounts();
  const app = await createApp(world.services);
  const signedIn = async (values: Record<string, unknown>): Promise<Visitor & { id: number }> => {
    const { id, email } = await world.account(values);
    const who = await visitor(app);
    await who.get('/sign-in?next=/profile');
    who.fill({ 'Work email': email, Password: PASSWORD });
    await who.click('Sign in');
    return Object.assign(who, { id });
  };
  const admin = await signedIn({ role: 'admin', first_name: 'Kwame', last_name: 'Mensah' });
  const coordinator = await signedIn({ role: 'coordinator', first_name: 'Marek', last_name: 'Nowak' });
  const employee = await signedIn({ first_name: 'Nadia', last_name: 'Rahimi' });
  return { ...world, app, admin, coordinator, employee, signedIn };
}

/** A form as a browser would send it, by somebody who has a page of ours open. */
export async function send(who: Visitor, path: string, fields: Record<string, string>) {
  const csrf = /name="_csrf" value="([^"]+)"/.exec(who.html.html)?.[1] ?? '';
  return who.request(path, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      origin: who.origin,
      referer: who.url.href,
    },
    body: new URLSearchParams({ _csrf: csrf, ...fields }).toString(),
  });
}
