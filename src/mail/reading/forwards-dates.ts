/** Dates as clients write them for people, in their languages. */

const MONTHS: readonly string[][] = [
  ['jan', 'janv', 'ene', 'gen', 'sty', 'янв', 'січ', 'led', 'oca', 'tam', 'ιαν', 'ян', 'jaan', 'sij', 'janu'],
  ['feb', 'fév', 'fev', 'févr', 'lut', 'фев', 'лют', 'úno', 'şub', 'hel', 'φεβ', 'veeb', 'velj', 'febr'],
  ['mar', 'mär', 'mars', 'mrt', 'maa', 'mrz', 'мар', 'бер', 'bře', 'μαρ', 'ožu', 'már', 'märts', 'maart'],
  ['apr', 'avr', 'abr', 'kwi', 'апр', 'кві', 'dub', 'nis', 'huh', 'απρ', 'tra', 'ápr'],
  [
    'may',
    'mai',
    'mei',
    'maj',
    'mag',
    'мая',
    'май',
    'тра',
    'kvě',
    'máj',
    'tou',
    'μαι',
    'μαϊ',
    'svi',
    'maggio',
    'maio',
    'mayo',
  ],
  ['jun', 'juin', 'giu', 'cze', 'июн', 'чер', 'čer', 'červn', 'haz', 'kes', 'ιουν', 'lip', 'jún', 'juuni'],
  ['jul', 'juil', 'lug', 'июл', 'лип', 'červe', 'tem', 'hei', 'ιουλ', 'srp', 'júl', 'juuli'],
  ['aug', 'août', 'aou', 'ago', 'sie', 'авг', 'сер', 'srpn', 'ağu', 'elo', 'αυγ', 'kol'],
  ['sep', 'set', 'wrz', 'сен', 'вер', 'zář', 'eyl', 'syy', 'σεπ', 'ruj', 'szept', 'sept'],
  ['oct', 'okt', 'out', 'ott', 'paź', 'окт', 'жов', 'říj', 'eki', 'lok', 'οκτ', 'lis'],
  ['nov', 'lis', 'ноя', 'лис', 'kas', 'mar', 'νοε', 'stu'],
  ['dec', 'dez', 'déc', 'dic', 'gru', 'дек', 'гру', 'pro', 'ara', 'jou', 'δεκ', 'des', 'pros', 'dets', 'tet'],
];

/** Longest beginnings first: Finnish `marraskuuta` is November, Czech `červenec` July. */
const BEGINNINGS = MONTHS.flatMap((names, month) => names.map(name => ({ name, month })))
  .concat([
    { name: 'marras', month: 10 },
    { name: 'lipiec', month: 6 },
    { name: 'lipca', month: 6 },
    { name: 'lipnja', month: 5 },
    { name: 'листопада', month: 10 },
    { name: 'listopad', month: 10 },
    { name: 'lokakuuta', month: 9 },
    { name: 'července', month: 6 },
  ])
  .sort((a, b) => b.name.length - a.name.length);

function monthOf(word: string): number {
  const lower = word.toLowerCase().replace(/\.$/, '');
  return BEGINNINGS.find(({ name }) => lower.startsWith(name))?.month ?? -1;
}

/** Null where it cannot be told; a date without a zone is taken as UTC. */
export function writtenDate(value: string): Date | null {
  const text = value
    .slice(0, 200)
    .replace(/[\u200e\u200f\u202a-\u202e*]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  const day = dayOf(text);
  if (!day) return null;
  const [year, month, date] = day;
  const [hours, minutes, seconds] = timeOf(text);
  const at = Date.UTC(year, month, date, hours, minutes, seconds) - zoneOf(text) * 60_000;
  const isReal = month >= 0 && month < 12 && date >= 1 && date <= 31 && year > 1970 && year < 2200;
  return isReal && !Number.isNaN(at) ? new Date(at) : null;
}

type Day = [year: number, month: number, date: number];

function dayOf(text: string): Day | null {
  const iso = /(?<!\d)(\d{4})[-/.年] ?(\d{1,2})[-/.月] ?(\d{1,2})/.exec(text);
  if (iso) return [Number(iso[1]), Number(iso[2]) - 1, Number(iso[3])];
  const korean = /(\d{4})년 ?(\d{1,2})월 ?(\d{1,2})일/.exec(text);
  if (korean) return [Number(korean[1]), Number(korean[2]) - 1, Number(korean[3])];
  const numeric = /(?<!\d)(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)/.exec(text);
  if (numeric)
    return ordered(Number(numeric[1]), Number(numeric[3]), fullYear(numeric[4]!), numeric[2] === '/');
  const dayFirst =
    /(?<!\d)(\d{1,2})(?:\.|st|nd|rd|th|º|er)?,? (?:de |of |d')?(\p{L}{3,12})\.?,? (?:de |del )?(\d{4})/u.exec(
      text,
    );
  if (dayFirst && monthOf(dayFirst[2]!) >= 0)
    return [Number(dayFirst[3]), monthOf(dayFirst[2]!), Number(dayFirst[1])];
  const monthFirst = /(\p{L}{3,12})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})/u.exec(text);
  if (monthFirst && monthOf(monthFirst[1]!) >= 0)
    return [Number(monthFirst[3]), monthOf(monthFirst[1]!), Number(monthFirst[2])];
  const hungarian = /(\d{4})\. (\p{L}{3,12})\.? (\d{1,2})/u.exec(text);
  return hungarian && monthOf(hungarian[2]!) >= 0
    ? [Number(hungarian[1]), monthOf(hungarian[2]!), Number(hungarian[3])]
    : null;
}

const fullYear = (digits: string) => (digits.length === 2 ? 2000 + Number(digits) : Number(digits));

/** 12/13/2016 is American; what could be both is, with slashes, American only beside AM or PM, which the caller cannot see. */
const ordered = (first: number, second: number, year: number, isSlashed: boolean): Day =>
  isSlashed && second > 12 ? [year, first - 1, second] : [year, second - 1, first];

function timeOf(text: string): [number, number, number] {
  const found =
    /(?<![\d:.])(\d{1,2})(?:[:.時时]|h| Uhr )(\d{2})(?:[:.分](\d{2}))?(?!\d|\.\d)\s?([ap])?\.?m?/iu.exec(
      text.replace(/\d{1,4}[./-]\d{1,2}[./-]\d{1,4}/, ' '),
    );
  if (!found) return [0, 0, 0];
  const isAfternoon = found[4]?.toLowerCase() === 'p' || /下午|오후|午後/.test(text);
  const isMorning = found[4]?.toLowerCase() === 'a';
  const hours = Number(found[1]) % 24;
  return [
    isAfternoon && hours < 12 ? hours + 12 : isMorning && hours === 12 ? 0 : hours,
    Number(found[2]),
    Number(found[3] ?? 0),
  ];
}

/** Minutes east of Greenwich. */
function zoneOf(text: string): number {
  const found = /(?:GMT|UTC)?([+-])(\d{1,2}):?(\d{2})?(?!\d|[./-])\s*(?:\([^)]{0,60}\))?$/.exec(text);
  if (!found || !/:\d\d|GMT|UTC/.test(text)) return 0;
  return (found[1] === '-' ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3] ?? 0));
}
