/* A table as a file for spreadsheets: CSV (RFC 4180) with a byte order mark, by which they know it for UTF-8. */

export type Cell = string | number | null

/* What a spreadsheet would take for a formula is marked as text. */
function quoted(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return String(cell)
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text
}

export function csvText(rows: readonly (readonly Cell[])[]): string {
  return '\ufeff' + rows.map((row) => row.map(quoted).join(',') + '\r\n').join('')
}

export function saveFile(name: string, text: string | Blob, type = 'text/csv;charset=utf-8'): void {
  const address = URL.createObjectURL(typeof text === 'string' ? new Blob([text], { type }) : text)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  document.body.appendChild(link)
  link.click()
  link.remove()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
