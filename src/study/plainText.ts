/**
 * Text from outside in one line that is safe to print. Control characters could move the cursor, change colours and titles, or imitate our
 * lines, and characters that reverse the direction of writing could hide text: they are shown as escapes.
 */
export const escapeControls = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, escaped);

function escaped(character: string): string {
  if (character === '\t' || character === '\n') return ' ';
  const code = character.codePointAt(0)!;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
}

/** The same for JSON, which does not escape 8-bit controls and reversed text. The result is equivalent JSON. */
export const escapeLateControls = (text: string): string =>
  text.replace(
    /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

// `stripVTControlCharacters` of Node leaves titles with spaces, whose numbers would be read as results.
// biome-ignore lint/suspicious/noControlCharactersInRegex: this takes them out
const ESCAPES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: this takes them out
const CONTROLS = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text without colours and other control characters: for text that is parsed, or quoted in a message. */
export const stripControls = (text: string): string => text.replace(ESCAPES, '').replace(CONTROLS, ' ');

/** Text whose addresses have no user names and passwords. */
export const withoutPassword = (text: string): string => text.replaceAll(/\/\/[^@/,\s]*@/g, '//');
