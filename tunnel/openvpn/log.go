package openvpn

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"unicode"
)

// Bounds of what openvpn prints: bytes of one line, and lines kept to explain why it ended.
const (
	maxLogLine = 1024
	tailLines  = 3
)

// logWriter takes what openvpn prints and logs it line by line. Openvpn prints no key and no password
// at its verbosity; the commands it gets over the management socket, which it echoes, are left out.
type logWriter struct {
	log *slog.Logger

	mu   sync.Mutex
	rest []byte
	tail []string
}

// Write implements io.Writer. It never fails.
func (w *logWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for rest := p; len(rest) > 0; {
		line, after, complete := bytes.Cut(rest, []byte("\n"))
		w.rest = append(w.rest, line[:min(len(line), maxLogLine-min(len(w.rest), maxLogLine))]...)
		if complete {
			w.line(string(w.rest))
			w.rest = w.rest[:0]
		}
		rest = after
	}
	return len(p), nil
}

func (w *logWriter) line(line string) {
	line = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, line)
	if line == "" || strings.HasPrefix(line, "MANAGEMENT:") {
		return
	}
	w.log.Debug("openvpn says", "line", line)
	w.tail = append(w.tail, line)
	if len(w.tail) > tailLines {
		w.tail = w.tail[1:]
	}
}

// explain adds the last lines to an error.
func (w *logWriter) explain(err error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.tail) == 0 {
		return err
	}
	return fmt.Errorf("%w; it said last: %q", err, w.tail)
}
