/**
 * The push services of the browsers there are. An address comes from the browser of a signed-in person, so anything
 * else would let them make this program call machines of their choice, those of the company among them.
 */
const SERVICES: readonly RegExp[] = [
  /^(fcm|android)\.googleapis\.com$/,
  /^jmt17\.google\.com$/,
  /^([a-z0-9-]+\.)*push\.services\.mozilla\.com$/,
  /^([a-z0-9-]+\.)+notify\.windows\.com$/,
  /^([a-z0-9-]+\.)*push\.apple\.com$/,
];

export function isPushService(endpoint: string): boolean {
  if (endpoint.length > 2_000 || !URL.canParse(endpoint)) return false;
  const { protocol, hostname, port, username, password } = new URL(endpoint);
  if (protocol !== 'https:' || port || username || password) return false;
  return SERVICES.some(service => service.test(hostname));
}
