package client

import (
	"errors"
	"strings"
	"testing"

	"github.com/mysteriumnetwork/myst/api/wire"
)

func TestReadStream(t *testing.T) {
	var steps []string
	note := func(p wire.Progress) { steps = append(steps, p.Step+" "+p.Detail) }
	text := ": comment\r\n\r\nid: 1\nevent: progress\ndata: {\"step\":\"a\",\ndata: \"detail\":\"b\"}\n\n" +
		"event: later\ndata: {}\n\nevent:result\ndata:{\"id\":\"7\"}\n\nevent: problem\ndata: {}\n\n"
	out, err := readStream[wire.Session](strings.NewReader(text), note)
	if err != nil || out.ID != "7" || len(steps) != 1 || steps[0] != "a b" {
		t.Fatalf("%+v, %v, %q", out, err, steps)
	}
	_, err = readStream[wire.Session](strings.NewReader("event: problem\ndata: {\"status\":404,\"detail\":\"gone\"}\n\n"), nil)
	if problem, ok := errors.AsType[*wire.Problem](err); !ok || problem.Detail != "gone" {
		t.Fatalf("problem: %v", err)
	}
	huge := "event: result\n" + strings.Repeat("data: "+strings.Repeat("x", 1<<20)+"\n", 5)
	if _, err := readStream[wire.Session](strings.NewReader(huge), nil); err == nil {
		t.Fatal("an event of 5 MiB is accepted")
	}
}

// Whatever arrives, reading ends, with a result only if one was complete.
func FuzzReadStream(f *testing.F) {
	f.Add("event: result\ndata: {\"id\":\"7\"}\n\n")
	f.Add("event: progress\ndata: {\"step\":\"a\"}\n\nevent: problem\ndata: {\"status\":500}\n\n")
	f.Add("data\n\n:\n\nevent\n\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		_, err := readStream[wire.Payments](strings.NewReader(text), func(wire.Progress) {})
		if err == nil && !strings.Contains(text, "result") {
			t.Fatalf("a result of %q", text)
		}
	})
}
