/* Cells: the text between this page and the form module; the counterpart of src/base/cells.h.
 * Lines end with \n, cells are separated by \t; backslash, tab, newline, return are escaped. */

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }
const PLAIN: Record<string, string> = { '\\': '\\', t: '\t', n: '\n', r: '\r' }

export function encodeCells(lines: readonly (readonly string[])[]): string {
  return lines
    .map((cells) => cells.map((cell) => cell.replace(/[\\\t\n\r]/g, (c) => ESCAPES[c] ?? c)).join('\t') + '\n')
    .join('')
}

export function decodeCells(text: string): string[][] {
  if (text === '') return []
  if (!text.endsWith('\n')) throw new Error('cells: the last line has no end')
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => line.split('\t').map(decodeCell))
}

function decodeCell(cell: string): string {
  return cell.replace(/\\(.?)/g, (_, c: string) => {
    const plain = PLAIN[c]
    if (plain === undefined) throw new Error('cells: wrong escape')
    return plain
  })
}
