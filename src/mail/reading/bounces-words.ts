import { PHRASES } from './bounces-phrases.ts';

/**
 * Why a mail did not arrive, by the words of those who refused it; the names are those sisimai uses. The first match
 * counts: narrow words stand before general ones, "unknown host" before "unknown".
 */
const REASONS: readonly [string, RegExp][] = [
  ['spamdetected', /rejected due to spam classification|scored as spam|message content rejected, ube/i],
  ['suspend', /recipient account is (?:blocked|disabled|suspended|locked)/i],
  ['userunknown', /(?:all )?recipient address(?:es)? rejected ?: access denied/i],
  ['contenterror', /\bmessage content rejected(?!,)/i],
  ['systemerror', /internal (?:system|server) error/i],
  [
    'notcompliantrfc',
    /not rfc (?:2822|5322) compliant|rfc ?5322|multiple addresses in from|with multiple .{0,20}addresses in from|duplicate(?:d)? header.{0,20}not rfc|missing.{0,10}header field required/i,
  ],
  [
    'authfailure',
    /\bdmarc\b|\bspf\b(?!f)|\bdkim\b(?!-signature'?\.)|domainkeys|sender id|authentication checks? failed|unauthenticated email|not have authentication information|sender is unauthenticated/i,
  ],
  [
    'requireptr',
    /\bptr\b|reverse dns|no reverse|rdns|mismatch(?:es)? client ip|cannot find your (?:hostname|reverse)|hostname .{0,40}not found.*client host|unresolvable|forward-confirmed/i,
  ],
  [
    'badreputation',
    /(?:low|poor|bad) reputation|reputation of|unexpected volume or user complaints|reputation.{0,20}(?:too low|block)|senderbase/i,
  ],
  [
    'speeding',
    /receiving mail (?:at a rate|too quickly)|mail receiving rate|too (?:fast|many messages .{0,20}(?:hour|minute))|try sending fewer/i,
  ],
  [
    'hostunknown',
    /host (?:is )?(?:unknown|not found)|unknown (?:host|domain)|(?:domain|host)(?: name)? \S{0,100} ?(?:not found|does ?n[o']t exist|must resolve|unknown|is unreachable)|no such (?:domain|host)|domain (?:name )?(?:is )?(?:unknown|not found|does not exist|invalid)|unrouteable (?:domain|mail domain)|invalid domain|bad destination (?:host|system)|name or service not known|host or domain name not found|destination server .{0,30}not|can't find .{0,40}host|illegal host\/domain|is not a domain|cannot route to|mail domain.{0,30}(?:unknown|not exist)|nxdomain.{0,40}rcpt|no mail exchanger|550 host unknown|the name was not found at the remote site/i,
  ],
  [
    'notaccept',
    /does(?:n'?t| not) (?:accept|receive) (?:mail|email)|null ?mx|not accept(?:ing)? (?:network )?(?:messages|mail|email)|host does not accept|no mx.{0,20}or a|mail server .{0,20}does not accept|system not accepting|mx (?:record )?is ['"]?\.|\bnullmx\b|does not accept any|smtp protocol returned a permanent error|unable to route|sorry, i couldn'?t find a mail exchanger|not supporting mail|no mx (?:record )?found/i,
  ],
  [
    'virusdetected',
    /virus (?:detected|found|infected)|infected (?:with|by|file)|contains? (?:a )?(?:virus|malware|worm)|malware|a virus/i,
  ],
  [
    'hasmoved',
    /has moved|no longer on server|not our customer|address.{0,20}(?:has )?changed|no forwarding address|user has moved|new address/i,
  ],
  [
    'mailboxfull',
    /mailbox (?:is |was |has |size )?(?:full|exceeded)|mailbox.{0,30}exceed|over ?quota|quota (?:exceed|full|violation|reached)|exceed(?:s|ed|ing)? .{0,40}(?:quota|storage|allowed size|mailbox|disk)|out of (?:storage|quota)|insufficient (?:user )?(?:storage|quota)|boxed? full|full mailbox|not enough (?:storage|disk) .{0,10}user|inbox is full|user is over|mailfolder is full|user has (?:too many|exhausted)|storage (?:space|limit)|account is (?:over|full)|(?:recipient|user)(?:'s)? (?:mail ?box|inbox) .{0,30}full|disc quota|disk quota|overquota|quota limit|mailbox_quota|no storage|メールボックスが一杯|容量|full\b.{0,20}mailbox|too much mail data|exhausted .{0,20}storage|excédé|boite .{0,20}pleine|переполнен|postfach (?:ist )?voll|maildrop has exceeded|ofr_417|ofr_418|mailbox is currently full/i,
  ],
  [
    'exceedlimit',
    /size limit set by recipient|length exceeds|exceeds? fixed maximum|length limit|exceeds? (?:the )?(?:administrative|recipient) limit/i,
  ],
  [
    'mesgtoobig',
    /message (?:size|is|was|file)? ?(?:too (?:big|large|long)|size exceed|exceed)|too (?:large|big)(?: for system)?\b|size limit exceeded|size .{0,20}exceeds?|exceed.{0,40}(?:message|mail) size|max(?:imum)? (?:message|mail) size|larger than (?:the )?(?:current )?limit|mail size limit|file size limit/i,
  ],
  [
    'systemfull',
    /disk (?:is )?full|insufficient (?:disk|system storage|system resource)|file system full|no space left|mail server (?:is )?full|mail system full|spool .{0,10}full/i,
  ],
  [
    'networkerror',
    /too many hops|hop count|routing loop|mail ?loop|looping|loop(?:s)? back to|mail forwarding loop|no route to host|host is unreachable|network (?:is )?unreachable|couldn'?t find any host|network error|dns error|dns type|name service error|name server.{0,20}(?:fail|timeout)|wasn't able to establish an smtp connection|delivery attempts .{0,30}failed.*connect|message loop|(?:host|domain) name lookup|mx .{0,10}unreachable|unrouteable mail domain|message looping|all relevant mx|malformed or unexpected name server reply|temporary failure in name resolution|address family not supported|connect(?:ion)? refused by|cannot connect/i,
  ],
  [
    'norelaying',
    /relay(?:ing)? (?:is )?(?:denied|not permitted|not allowed|access denied|prohibited|disallowed|mail)|not (?:permitted|allowed) to relay|unable to relay|insecure mail relay|relay not permitted|cannot relay|no relaying|we do not relay|that domain isn't in my list|relaying|not a gateway|open proxy relay|not local host|domain isn't in my list of allowed rcpthosts|authentication required for relay/i,
  ],
  [
    'policyviolation',
    /policy (?:reasons?|violation)|for policy|prohibited by (?:policy|administrator)|content presents a potential|blocked because its content|attachment.{0,30}(?:not allowed|blocked|prohibited)|header error|security policy|against policy|violates|disallowed by policy|delivery not allowed|Host network not allowed|message not allowed|lpn000_630|extension .{0,20}not allowed|policy restriction|message bounced by administrator|address in blacklist|denied by policy|an illegal attachment/i,
  ],
  [
    'spamdetected',
    /\bspam\b(?!haus|cop)|\bube\b|\buce\b|junk mail|bulk (?:e-?mail|filter)|spam(?:my|ming|detected)|unsolicited|blocked by our (?:bulk|spam)|content filter|scored as|blacklisted url|message (?:content )?(?:is )?classified|mail rejected\. ?ofr_506|ofr_506|rejected due to .{0,30}content|considered (?:spam|unsolicited)|spam classification|phish|spamassassin|score of/i,
  ],
  [
    'blocked',
    /blocked (?:using|by|ip|-|for)|black ?list(?:ed)?|blocklist|block list|dnsbl|\brbl\b|spamhaus|spamcop|sorbs|barracudacentral|(?:client )?host rejected|ip address .{0,30}(?:blocked|rejected|banned|denied)|banned sending ip|messages from .{0,60}(?:weren'?t|were not) sent|use the smtp server of your isp|open relay|access denied.{0,20}ip|invalid ip|bad ip|no access from mail server|refused to talk to me|refused your connection|connection (?:refused|rejected|dropped|blocked) .{0,20}(?:policy|by)|sender rejected\. refer|closing transmission channel|client host .{0,80}(?:rejected|blocked)|ip=\S+ - a problem occurred|ofr_999|service refused, please try later\. ofr_999|temporarily (?:blocked|rejected) .{0,20}ip|your ip|dynamic (?:ip|address)|ip .{0,30}not allowed|poor reputation|graylist|greylist|bad sender ip|not accept(?:ing)? (?:mail|connections) from (?:this|your|dynamic)|unwanted|mailserver.{0,20}listed|connection refused by|host .{0,40}refused|blocked\b.{0,60}\bip\b|is blocked\.|sc-00\d/i,
  ],
  [
    'toomanyconn',
    /too many (?:connections?|concurrent|recipients|sessions|simultaneous)|connection (?:rate )?limit|rate limit(?:ed)?|frequency limit|concurrent connection|connections? .{0,20}exceeded|throttl|sender rejected\. please see .{0,40}spectrum/i,
  ],
  [
    'mailererror',
    /mailer error|procmail|pipe to .{0,60}|child (?:process )?(?:return|terminat)|command (?:died|failed|time)|local mailer|exit(?:ed)? (?:with )?(?:status|code)|status from|x-unix|local_scan|external delivery program|unix;|could not execute|exec .{0,60}/i,
  ],
  [
    'rejected',
    /sender (?:address )?(?:was |is )?(?:rejected|denied|blocked|verify failed|not allowed|refused)|domain of sender address|unknown sender|sender domain|from: .{0,40}rejected|mail from .{0,60}(?:rejected|denied|not allowed)|rejected by sender|not (?:a )?registered gateway user|permission to post|groups\.google\.com\/support|google (?:groups|グループ|网上论坛)|グループにメッセージを投稿する権限|you do not have permission|may not exist, or you may not have|not allowed to (?:post|send)|administrative prohibition|sender (?:address )?is not|from address|backscatter|invalid sender|message (?:was )?rejected by (?:the )?(?:group|moderator)|posting .{0,30}not allowed|envelope (?:sender|blocked)|<mail from>|mail from domain|sender verif|null sender is not allowed/i,
  ],
  [
    'suspend',
    /(?:mailbox|account|user|address|recipient)(?:'s)? .{0,40}(?:suspend|disabl|deactivat|inactiv|locked|discontinued|terminated|closed|not active|frozen|expired|blocked)|(?:suspended|disabled|inactive|deactivated|frozen|locked) (?:mailbox|account|user|recipient|address)|is (?:temporarily )?(?:suspended|disabled|inactive)|account.{0,20}over its|not currently permitted|temporary locked|account.{0,20}closed due|mailbox (?:temporarily )?unavailable.*disabled|no longer (?:active|in use)|user .{0,20}suspended|invalid\/inactive/i,
  ],
  [
    'securityerror',
    /access denied|auth(?:entication)? (?:is )?(?:required|failed|failure|needed|credentials)|authenticat(?:e|ion)|not authori[sz]ed|authorization|starttls|tls (?:is )?(?:required|connection|not)|certificate|ssl|secure connection|must (?:be )?authenticated|unauthenticated senders|resolver\.rst\.auth|delivery not authorized|you are not allowed|sender .{0,20}unauth|log ?in failed|codified|secur/i,
  ],
  ['onhold', /on hold|テストメッセージ|recipient error/i],
  [
    'syntaxerror',
    /syntax error|improper sequence|bad sequence|command (?:unrecogni[sz]ed|not (?:implemented|recogni))|unrecogni[sz]ed command|invalid (?:command|parameter)|protocol error|unexpected response|need rcpt|bad (?:address )?syntax/i,
  ],
  [
    'userunknown',
    /user (?:\S{1,80} )?(?:is )?(?:unknown|not (?:found|exist|known|listed)|does(?:n'?t| not) (?:exist|have))|unknown (?:user|recipient|address|account|mailbox|local|or illegal|or invalid)|no such (?:user|address|mailbox|account|recipient|person|local|domain user|name|email)|(?:mailbox|account|address|recipient|alias|user)s?(?: \S{1,100})?(?: you \S{0,20} ?(?:tried|are trying) to (?:reach|contact))? (?:does(?:n'?t| not)|do not|could not be|cannot be|was not|were not|is not|not) (?:exist|found|known|valid|a valid|listed|recogni)|(?:invalid|bad|illegal|undeliverable) (?:recipient|mailbox|user|address|email|destination|alias)|no (?:mailbox|account|user|valid recipients?|mail ?drop)(?: here)?(?: by| with|for| in)?|recipnotfound|recipient(?:'s e-mail)? (?:address )?(?:was )?(?:not found|rejected|unknown|not recognized)|not a (?:valid|known) (?:user|mailbox|address|recipient|email)|mailbox (?:not found|unavailable|invalid|unknown|does not)|(?:not|isn'?t) (?:found )?in (?:the )?(?:local )?(?:recipient|user|virtual|domino|directory|address book)|(?:address|addressee|recipient) (?:is )?(?:unknown|rejected|invalid)|does ?n[o']t have an? \S{0,80} ?account|account .{0,40}(?:does not exist|not exist|unavailable)|unrouteable address|user (?:not|doesn)|dosn'?t exist|destination (?:mailbox )?(?:address )?(?:is )?(?:unknown|invalid|not)|存在しない|見つかりませんでした|見つかりません|あて先|宛先.{0,20}不明|ディレクトリ|unknown_?(?:user|recipient)|unknown e-?mail|couldn'?t be found|wasn'?t found|could not be found|is no longer (?:valid|available|with|employed)|550 5\.1\.1|utilisateur inconnu|adresse d.{0,20}inconnue|unbekannt|desconocid|desconhecid|не существует|no encontrad|existiert nicht|bounceType\W{1,8}Permanent|address_not_|mailnickname|address unknown|rcpt .{0,80}rejected|unknown/i,
  ],
  [
    'systemerror',
    /(?:internal )?(?:system|server|configuration|software) (?:error|problem|misconfig)|local (?:error|configuration|delivery error)|queue file write|resource(?:s)? temporarily unavailable|service (?:currently |temporarily )?unavailable|could not load|internal (?:server )?error|temporary (?:local|system|server)|loop alert|duplicated message-id|can'?t (?:create|open|write)|unable to (?:open|lock|create|write)|interrupted system call|timeout waiting for input|proxy|aliasing\/forwarding loop|service refused?, please try later|ofr005_505|server (?:is )?busy/i,
  ],
  [
    'contenterror',
    /content (?:error|reject)|message content rejected|duplicate header|8-bit data|improper use|malformed|mime error|header .{0,30}(?:invalid|too)|bare (?:lf|cr)|body contains|invalid (?:header|content)|charset|unacceptable .{0,20}content|conversion/i,
  ],
  [
    'expired',
    /message expired|envelope expired|all hosts .{0,40}failing for a long time|after multiple retries|cannot send message for|retry timeout exceeded|too long|could not (?:be )?deliver(?:ed)? (?:the message )?(?:for|within|in) |retry time ?(?:out|not reached)|timed? ?out|connection timed|delivery (?:time )?expired|queue too long|giving up on|has been (?:in the queue|delayed)|undeliver(?:ed|able) .{0,20}(?:days|hours)|delivery temporarily suspended|not been (?:able to be )?delivered (?:for|after|within|to one)|deliver(?:y)? .{0,40}(?:deferred|delayed)|retry timeout|will (?:continue to )?(?:be )?retr(?:y|ied)|still (?:being )?(?:retried|undelivered)|could not send message for past|connection (?:refused|expired|timeout|lost|timed)|attempts? (?:to .{0,40})?(?:has |have )?(?:failed|expired)|trying to (?:deliver|send)|was not delivered .{0,30}within|several days|fulfil|timeout|unable to connect|did not accept our requests|not responding|delivery is delayed/i,
  ],
];

const BY_STATUS: readonly [RegExp, string][] = [
  [/^[45]\.1\.[16]$|^5\.1\.(?:10|351|3|0)$/, 'userunknown'],
  [/^[45]\.1\.2$|^5\.4\.4$/, 'hostunknown'],
  [/^5\.1\.6$/, 'hasmoved'],
  [/^[45]\.1\.[78]$/, 'rejected'],
  [/^[45]\.2\.1$/, 'suspend'],
  [/^[45]\.2\.2$/, 'mailboxfull'],
  [/^[45]\.2\.3$/, 'exceedlimit'],
  [/^[45]\.3\.1$/, 'systemfull'],
  [/^5\.3\.2$/, 'notaccept'],
  [/^[45]\.3\.4$/, 'mesgtoobig'],
  [/^[45]\.3\.[05]$/, 'systemerror'],
  [/^[45]\.4\.6$/, 'networkerror'],
  [/^[45]\.4\.[0-9]$|^4\.4\.\d+$/, 'expired'],
  [/^[45]\.5\.\d$/, 'syntaxerror'],
  [/^[45]\.6\.\d$/, 'contenterror'],
  [/^5\.7\.2[3-7]$|^5\.7\.509$/, 'authfailure'],
  [/^[45]\.7\.\d+$/, 'securityerror'],
  [/^2\./, 'delivered'],
];

const PLAINLY_UNKNOWN =
  /user (?:is )?unknown|unknown user|no such user|(?:account|user|mailbox) .{0,60}does not exist/i;

function byPhrase(text: string): string | null {
  const lower = text.toLowerCase();
  for (const [reason, phrases] of Object.entries(PHRASES))
    if (phrases.some(phrase => lower.includes(phrase))) return reason;
  return null;
}

export function reasonOf(diagnostic: string, status: string | null): string {
  const text = diagnostic.slice(0, 3000).replace(/\s+/g, ' ');
  if (status === '5.1.1' && PLAINLY_UNKNOWN.test(text) && !/procmail|x-unix/.test(text)) return 'userunknown';
  for (const [reason, words] of REASONS) if (words.test(text)) return reason;
  for (const [codes, reason] of BY_STATUS) if (status && codes.test(status)) return reason;
  return byPhrase(text) ?? 'undefined';
}

/**
 * Where nobody gave a status, one of sisimai's own stands for the reason: details from 900 on are nobody else's, so
 * that a code which was sent can be told from one that was concluded.
 */
const CONCLUDED: Readonly<Record<string, string>> = {
  undefined: '0.900',
  onhold: '0.901',
  syntaxerror: '0.902',
  norelaying: '0.909',
  filtered: '0.910',
  userunknown: '0.911',
  hostunknown: '0.912',
  hasmoved: '0.916',
  rejected: '0.918',
  suspend: '0.921',
  mailboxfull: '0.922',
  exceedlimit: '0.923',
  systemerror: '0.930',
  systemfull: '0.931',
  notaccept: '0.932',
  mesgtoobig: '0.934',
  mailererror: '0.939',
  networkerror: '0.944',
  toomanyconn: '0.945',
  expired: '0.947',
  contenterror: '0.960',
  blocked: '0.971',
  spamdetected: '0.980',
  virusdetected: '0.981',
  policyviolation: '0.972',
  securityerror: '0.970',
  authfailure: '0.974',
  requireptr: '0.975',
  badreputation: '0.976',
  speeding: '0.977',
  notcompliantrfc: '0.978',
};
export const concludedStatus = (reason: string, isTemporary: boolean) =>
  `${isTemporary ? 4 : 5}.${CONCLUDED[reason] ?? '0.900'}`;

const HARD = new Set(['userunknown', 'hostunknown', 'hasmoved']);
export const isHard = (reason: string, status: string) =>
  HARD.has(reason) || (reason === 'notaccept' && !status.startsWith('4'));
