/** Mails of the demo as they came, byte for byte: what people and machines really send, small. */
export type DemoLetter = { from: string; to: string; subject: string; id: string; at: Date; raw: string };

type Parts = {
  from: string;
  to: string;
  subject: string;
  id: string;
  at: Date;
  more?: string[];
  text: string;
  html?: string;
};

export function letter({ more = [], text, html, ...head }: Parts): DemoLetter {
  const lines = [
    `Return-Path: <${addressIn(head.from)}>`,
    `Received: from mail.example (mail.example [203.0.113.25]) by mx.halden.example; ${head.at.toUTCString()}`,
    `From: ${head.from}`,
    `To: ${head.to}`,
    `Subject: ${head.subject}`,
    `Date: ${head.at.toUTCString()}`,
    `Message-ID: ${head.id}`,
    'MIME-Version: 1.0',
    ...more,
  ];
  const plain = ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit', '', text];
  const body = html
    ? [
        'Content-Type: multipart/alternative; boundary="part"',
        '',
        '--part',
        ...plain,
        '--part',
        'Content-Type: text/html; charset=utf-8',
        'Content-Transfer-Encoding: 8bit',
        '',
        html,
        '--part--',
        '',
      ]
    : [...plain, ''];
  return { ...head, raw: [...lines, ...body].join('\r\n') };
}

export const addressIn = (from: string) => /<([^>]*)>/.exec(from)?.[1] ?? from;

/** Sofie answers from her phone, with colours, a logo from elsewhere, and all that was said before. */
export const sofieAnswers = {
  text: [
    'Recover worked, thank you! I found a page in the router that says “IPv6: native”. I did not change anything there.',
    '',
    'On Thursday, Marek Nowak wrote:',
    '> Hi Sofie, thanks for the log, that helps. While we look: Fleet Planner keeps a draft under Routes › Recover, so nothing should be lost.',
    '> Do you know if your router uses IPv6?',
  ].join('\r\n'),
  html: [
    '<html><head><style>.sig{color:#5b6770;font-size:13px}</style></head><body style="font-family:Calibri,sans-serif;color:#1f2a37">',
    '<p>Recover worked, <b>thank you</b>! I found a page in the router that says:</p>',
    '<table border="1" cellpadding="6" style="border-collapse:collapse"><tr><td>IPv4</td><td>DHCP</td></tr><tr><td>IPv6</td><td style="background:#fff3c4">native</td></tr></table>',
    '<p>I did not change anything there.</p>',
    '<p class="sig">Sofie de Vries<br>Customer planning, Antwerp<br><img src="https://www.halden.example/signature/logo.png" width="120" height="32" alt="Halden Freight"></p>',
    '<blockquote style="border-left:2px solid #ccc;padding-left:8px"><p>On Thursday, Marek Nowak wrote:</p><p>Hi Sofie, thanks for the log, that helps. While we look: Fleet Planner keeps a draft under Routes › Recover, so nothing should be lost.</p><p>Do you know if your router uses IPv6?</p></blockquote>',
    '</body></html>',
  ].join('\r\n'),
  /** What of it is new, as the reading leaves it. */
  newHtml:
    '<p>Recover worked, <b>thank you</b>! I found a page in the router that says:</p><table><tr><td>IPv4</td><td>DHCP</td></tr><tr><td>IPv6</td><td>native</td></tr></table><p>I did not change anything there.</p><p>Sofie de Vries<br />Customer planning, Antwerp<br /><img data-src="https://www.halden.example/signature/logo.png" width="120" height="32" alt="Halden Freight" /></p>',
  quoted:
    'On Thursday, Marek Nowak wrote:\n> Hi Sofie, thanks for the log, that helps. While we look: Fleet Planner keeps a draft under Routes › Recover, so nothing should be lost.\n> Do you know if your router uses IPv6?',
};

export const bounceText = [
  'This is the mail system at host mx.halden.example.',
  '',
  'I am sorry to have to inform you that your message could not be delivered to one recipient.',
  '',
  '<leila.haddad@halden.example>: 552 5.2.2 The mailbox is full',
].join('\r\n');
