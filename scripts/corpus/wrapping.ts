/** Mails around bodies that were published without one. */

const TOP = [
  'From: Anna <anna@example.com>',
  'To: support@example.com',
  'Subject: A body',
  'MIME-Version: 1.0',
];

/** A body of plain text, or of HTML where it begins like that. */
export function posted(body: Buffer): Buffer {
  const type = /^\s*(<!doctype|<\?xml|<\w+[\s>])/i.test(body.subarray(0, 200).toString('latin1'))
    ? 'html'
    : 'plain';
  const head = [
    ...TOP,
    `Content-Type: text/${type}; charset=utf-8`,
    'Content-Transfer-Encoding: 8bit',
    '',
    '',
  ];
  return Buffer.concat([Buffer.from(head.join('\r\n')), body]);
}

/** A winmail.dat alone. */
export function attached(tnef: Buffer): Buffer {
  const head = [
    ...TOP,
    'Content-Type: application/ms-tnef; name="winmail.dat"',
    'Content-Disposition: attachment; filename="winmail.dat"',
    'Content-Transfer-Encoding: base64',
    '',
    '',
  ];
  return Buffer.from(head.join('\r\n') + tnef.toString('base64').replace(/.{76}/g, '$&\r\n'));
}
