const stems = `password passwort wachtwoord letmein welcome welkom willkommen qwerty qwertz azerty qwertyuiop qwertyuiopasdf
 asdfghjkl asdfghjklqwerty iloveyou sunshine princess football baseball monkey dragon master superman batman trustno
 administrator admin changeme changemenow helpdesk support smartsupport company summer winter spring autumn secret
 supersecret correcthorsebatterystaple correcthorsebattery horsebatterystaple hellothere helloworld abcdefghijkl
 abcdefghijklm abcdefghijklmnop zxcvbnm zxcvbnmasdfgh starwars whatever freedom computer internet shadow michael
 jennifer jordan liverpool chelsea arsenal barcelona thequickbrownfox passwordpassword mypassword ourpassword
 thepassword newpassword oldpassword yourpassword password one temppassword temporary default guest testtest
 testing testtesttest`;
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

/** Words that stand on every list of leaked passwords, alone or twice or with digits around them. */
export const commonPasswords: ReadonlySet<string> = new Set([
  ...stems.split(/\s+/).flatMap(word => [word, word + word]),
  ...digits,
]);
