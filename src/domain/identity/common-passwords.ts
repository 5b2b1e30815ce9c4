import { dictionary } from '@zxcvbn-ts/language-common';

const stems = new Set(
  `password passwort wachtwoord letmein welcome welkom willkommen qwerty qwertz azerty qwertyuiop qwertyuiopasdf
 asdfghjkl asdfghjklqwerty iloveyou sunshine princess football baseball monkey dragon master superman batman trustno
 administrator admin changeme changemenow helpdesk support smartsupport company summer winter spring autumn secret
 supersecret correcthorsebatterystaple correcthorsebattery horsebatterystaple hellothere helloworld abcdefghijkl
 abcdefghijklm abcdefghijklmnop zxcvbnm zxcvbnmasdfgh starwars whatever freedom computer internet shadow michael
 jennifer jordan liverpool chelsea arsenal barcelona thequickbrownfox passwordpassword mypassword ourpassword
 thepassword newpassword oldpassword yourpassword password one temppassword temporary default guest testtest
 testing testtesttest`.split(/\s+/),
);
const digits = [
  '123456789012',
  '1234567890123',
  '12345678901234',
  '123456789123',
  '111111111111',
  '000000000000',
  '121212121212',
  '123123123123',
  '987654321098',
  '1qaz2wsx3edc',
  '1q2w3e4r5t6y',
  'qwerty123456',
  'password1234',
  'q1w2e3r4t5y6',
];

/** Some 49,000 of the passwords that people really use, by how often they leaked; and ours. In small letters. */
const listed: ReadonlySet<string> = new Set([...stems, ...digits, ...(dictionary.passwords as string[])]);
/** Shorter letters among many digits say nothing: "4839-2048-abc-1193" is not "abc". */
const WORD = /^[a-z]{6,}$/;

/** On lists of leaked passwords, alone or twice. */
export const isCommonPassword = (password: string): boolean => isListed(password.toLowerCase());

/** The same of the letters alone, without the figures that stand around them. */
export const isCommonWord = (letters: string): boolean =>
  isListed(letters) && (WORD.test(letters) || stems.has(letters));

function isListed(text: string): boolean {
  const half = text.slice(0, text.length / 2);
  return listed.has(text) || (half + half === text && listed.has(half));
}
