package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/mysteriumnetwork/myst/api/wire"
)

// maxEvent bounds one line of a stream, in bytes.
const maxEvent = 4 << 20

// stream runs a long operation and reads its events; progress may be nil.
func stream[T any](ctx context.Context, c *Client, req call, progress func(wire.Progress)) (out T, err error) {
	resp, err := c.do(ctx, req, "text/event-stream")
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	out, err = readStream[T](resp.Body, progress)
	if err != nil && ctx.Err() != nil {
		return out, ctx.Err()
	}
	return out, err
}

// readStream reads events until the result or the problem. Errors: *wire.Problem, ErrCut.
func readStream[T any](r io.Reader, progress func(wire.Progress)) (out T, err error) {
	events := newEvents(r)
	for {
		name, data, err := events.next()
		if err != nil {
			return out, err
		}
		switch name {
		case "progress":
			var p wire.Progress
			if err := decode(name, data, &p); err != nil {
				return out, err
			}
			if progress != nil {
				progress(p)
			}
		case "result":
			return out, decode(name, data, &out)
		case "problem":
			problem := &wire.Problem{}
			if err := decode(name, data, problem); err != nil {
				return out, err
			}
			return out, problem
		}
		// An event of another name is of a newer node, and no end.
	}
}

func decode(name, data string, into any) error {
	if err := json.Unmarshal([]byte(data), into); err != nil {
		return fmt.Errorf("read the node's event %q: %w", name, err)
	}
	return nil
}

// events reads server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html.
type events struct {
	lines *bufio.Scanner
}

func newEvents(r io.Reader) *events {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 4096), maxEvent)
	return &events{lines: lines}
}

// next returns one event with data. A stream that ends, in or between events, is ErrCut.
func (e *events) next() (name, data string, err error) {
	var parts []string
	size := 0
	for e.lines.Scan() {
		line := e.lines.Text()
		if line == "" {
			if len(parts) > 0 {
				return name, strings.Join(parts, "\n"), nil
			}
			name = ""
			continue
		}
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch field {
		case "event":
			name = value
		case "data":
			if size += len(value); size > maxEvent {
				return "", "", fmt.Errorf("read the node's events: one is larger than %d bytes", maxEvent)
			}
			parts = append(parts, value)
		}
	}
	if err := e.lines.Err(); err != nil {
		return "", "", fmt.Errorf("%w: %w", ErrCut, err)
	}
	return "", "", ErrCut
}
