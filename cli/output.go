package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/term"

	"github.com/mysteriumnetwork/myst/api/wire"
)

// show prints a result: as JSON with --json, else by human.
func (e *env) show(value any, human func(w *printer)) error {
	if e.json {
		encoder := json.NewEncoder(e.stdout)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(value); err != nil {
			return fmt.Errorf("print: %w", err)
		}
		return nil
	}
	w := &printer{w: e.stdout}
	human(w)
	if w.err != nil {
		return fmt.Errorf("print: %w", w.err)
	}
	return nil
}

// progress returns a callback that shows each step with the time since the operation began: to whoever looks, and without
// --json into a log. It keeps what an interrupted command must tell.
func (e *env) progress() func(wire.Progress) {
	started, shown := time.Now(), !e.quiet && (!e.json || isTerminal(e.stderr))
	return func(p wire.Progress) {
		if p.Sent {
			e.sent, e.transaction = true, cmp.Or(p.Transaction, e.transaction)
		}
		if shown {
			// Progress that cannot be shown must not end the operation.
			_, _ = fmt.Fprintf(e.stderr, "%6.1fs  %-10s  %s\n", time.Since(started).Seconds(), clean(p.Step), clean(p.Detail))
		}
	}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// note tells the user something beside the result.
func (e *env) note(format string, args ...any) {
	if !e.quiet && !e.json {
		_, _ = fmt.Fprintf(e.stderr, format+"\n", args...) // a lost note is no failure
	}
}

// printer keeps the first error, so that a page prints without a check per line.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}

// fields prints names and values in two columns, and leaves out empty values.
func (p *printer) fields(pairs ...string) {
	width := 0
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			width = max(width, utf8.RuneCountInString(pairs[i]))
		}
	}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			p.line("%-*s  %s", width, pairs[i], clean(pairs[i+1]))
		}
	}
}

// table prints rows under a header. A column whose title starts with ">" is aligned right; one that is
// empty in every row is left out.
func (p *printer) table(header []string, rows [][]string) {
	widths := make([]int, len(header))
	right := make([]bool, len(header))
	titles := make([]string, len(header))
	for _, row := range rows {
		for i := range row {
			row[i] = clean(row[i])
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i]))
		}
	}
	for i, title := range header {
		titles[i], right[i] = strings.CutPrefix(title, ">")
		if widths[i] > 0 {
			widths[i] = max(widths[i], utf8.RuneCountInString(titles[i]))
		}
	}
	for _, row := range append([][]string{titles}, rows...) {
		var line strings.Builder
		for i, cell := range row {
			if widths[i] == 0 {
				continue
			}
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if right[i] {
				cell, pad = pad+cell, ""
			}
			line.WriteString(cell + pad + "  ")
		}
		p.line("%s", strings.TrimRight(line.String(), " "))
	}
}

// clean makes text of other parties harmless: control and formatting characters, which could repaint a
// terminal or turn text around, become "?".
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) {
			return r
		}
		return '?'
	}, s)
}

// cleanLines is clean, and keeps line breaks.
func cleanLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = clean(lines[i])
	}
	return strings.Join(lines, "\n")
}

// short abbreviates an address: 0x12345678…9abc.
func short(address string) string {
	if len(address) != 42 {
		return address
	}
	return address[:10] + "…" + address[38:]
}

// bytesText is a size in binary units: 1.5 MiB.
func bytesText(n uint64) string {
	const units = "KMGTPE"
	if n < 1024 {
		return fmt.Sprintf("%d B", n)
	}
	value, unit := float64(n)/1024, 0
	for value >= 1023.95 && unit < len(units)-1 {
		value, unit = value/1024, unit+1
	}
	return fmt.Sprintf("%.1f %ciB", value, units[unit])
}

// speedText is a bandwidth in decimal units: 50 Mbit/s.
func speedText(bits uint64) string {
	switch {
	case bits == 0:
		return "-"
	case bits >= 1_000_000_000:
		return fmt.Sprintf("%.4g Gbit/s", float64(bits)/1e9)
	case bits >= 1_000_000:
		return fmt.Sprintf("%.4g Mbit/s", float64(bits)/1e6)
	}
	return fmt.Sprintf("%.4g kbit/s", float64(bits)/1e3)
}

// timeText is a local time without what nobody reads.
func timeText(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }

func durationText(d time.Duration) string { return max(d, 0).Round(time.Second).String() }

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
