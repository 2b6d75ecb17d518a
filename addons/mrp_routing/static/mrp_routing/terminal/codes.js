// Printed codes are known without asking the server: 16 digits, kind (2), site (2), number (10), check (2, ISO 7064
// MOD 97-10). The same rules as in services/codes.py; a test compares the two.

const LENGTH = 16;
const MOST_CHARACTERS = 4096;
const MOST_CODES = 10;
const REPORTING = { 10: "worker", 20: "machine", 30: "ticket", 31: "operation", 80: "action", 90: "reason" };
const OTHER = ["40", "50", "81"];
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zs}]/gu;
const GROUPED = /(?<!\d)([0-9]{2}) ([0-9]{2}) ([0-9]{10}) ([0-9]{2})(?!\d)/g;

// What was scanned or typed: {parts}, each {kind, code, number} or {word}; or {problem}, a key of the page's texts.
export function parseCodes(text) {
  const frames = text.length > MOST_CHARACTERS ? [] : wordsOf(text).flatMap(framesOf);
  if (!frames.length || frames.length > MOST_CODES) return { problem: "not_a_code" };
  const parts = frames.map((frame) => (/^[0-9]{16}$/.test(frame) ? readFrame(frame) : { word: frame }));
  const wrong = parts.find((part) => part.problem);
  return wrong ? { problem: wrong.problem } : { parts };
}

export const isPrintedCode = (text) => /^(?:[0-9]{16})+$/.test(plain(text).trim());

const plain = (text) => text.replace(INVISIBLE, " ").normalize("NFKC").replace(INVISIBLE, " ");

const wordsOf = (text) => plain(text).replace(GROUPED, "$1$2$3$4").split(/\s+/).filter(Boolean);

function framesOf(word) {
  if (!/^[0-9]+$/.test(word) || word.length % LENGTH) return [word];
  return word.match(/[0-9]{16}/g);
}

function readFrame(digits) {
  const body = digits.slice(0, -2);
  const check = String(98n - ((BigInt(body) * 100n) % 97n)).padStart(2, "0");
  const kind = digits.slice(0, 2);
  if (digits.slice(-2) !== check || !(kind in REPORTING || OTHER.includes(kind))) return { problem: "not_whole" };
  if (!(kind in REPORTING)) return { problem: "other_code" };
  return { kind: REPORTING[kind], code: digits, number: Number(digits.slice(4, 14)) };
}
