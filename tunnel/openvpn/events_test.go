package openvpn

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"reflect"
	"strings"
	"testing"
)

func TestEvents(t *testing.T) {
	for _, c := range []struct {
		text string
		want event
	}{
		{">INFO:OpenVPN Management Interface Version 5 -- type 'help' for more info\n", otherEvent{"INFO"}},
		{">HOLD:Waiting for hold release:0\n", holdEvent{}},
		{">FATAL:Cannot open TUN/TAP dev /dev/net/tun: x: y\r\n", fatalEvent{"Cannot open TUN/TAP dev /dev/net/tun: x: y"}},
		{">LOG:1795268970,W,WARNING: a, b\n", otherEvent{"LOG"}},
		{">STATE:1795268970,CONNECTED,SUCCESS,10.9.0.1,,,127.0.0.1,21194\n", stateEvent{"CONNECTED", "SUCCESS"}},
		{">STATE:1795268971,WAIT,,,,,,\n", stateEvent{"WAIT", ""}},
		{">PASSWORD:Need 'Auth' username/password\n", passwordEvent{}},
		{">PASSWORD:Verification Failed: 'Auth'\n", passwordEvent{refused: true}},
		{">PASSWORD:Auth-Token:foo\n", otherEvent{"PASSWORD"}},
		{">PASSWORD:Need 'Private Key' password\n", otherEvent{"PASSWORD"}},
		{">BYTECOUNT:1,18446744073709551615\n", otherEvent{"BYTECOUNT"}},
		{">BYTECOUNT_CLI:7,1,2\n", otherEvent{"BYTECOUNT_CLI"}},
		{">CLIENT:CONNECT,0,4294967295\n>CLIENT:ENV,n_clients=0\n>CLIENT:ENV,password=p=,1\n>CLIENT:ENV,username=u\n>CLIENT:ENV,END\n",
			clientEvent{clientConnect, 0, 1<<32 - 1, "u", "p=,1"}},
		{">CLIENT:REAUTH,3,4\n>CLIENT:ENV,END\n", clientEvent{action: clientReauth, cid: 3, kid: 4}},
		{">CLIENT:ESTABLISHED,3\n>CLIENT:ENV,common_name=x\n>CLIENT:ENV,noequals\n>CLIENT:ENV,END\n", clientEvent{action: clientEstablished, cid: 3}},
		{">CLIENT:DISCONNECT,4294967295\n>CLIENT:ENV,END\n", clientEvent{action: clientDisconnect, cid: 1<<32 - 1}},
		{">CLIENT:CR_RESPONSE,1,2,eA==\n>CLIENT:ENV,END\n", otherEvent{"CR_RESPONSE"}},
		{">CLIENT:ADDRESS,0,10.9.0.2,1\n", addressEvent{0, netip.MustParsePrefix("10.9.0.2/32")}},
		{">CLIENT:ADDRESS,0,10.9.0.0/255.255.254.0,0\n", addressEvent{0, netip.MustParsePrefix("10.9.0.0/23")}},
		{">CLIENT:ADDRESS,0,fd00::1/64,0\n", addressEvent{0, netip.MustParsePrefix("fd00::1/64")}},
		{">SOMETHING-NEW:x\n", otherEvent{"SOMETHING-NEW"}},
	} {
		r := newReader(strings.NewReader(c.text))
		got, _, err := r.next()
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q: %#v, %v, want %#v", c.text, got, err, c.want)
		}
		if _, _, err := r.next(); !errors.Is(err, io.EOF) {
			t.Errorf("%q leaves something behind: %v", c.text, err)
		}
	}
}

func TestReplies(t *testing.T) {
	r := newReader(strings.NewReader("SUCCESS: done\r\nERROR: no: such\n"))
	for _, want := range []reply{{true, "done"}, {false, "no: such"}} {
		if e, got, err := r.next(); e != nil || err != nil || got != want {
			t.Errorf("%v, %+v, %v, want %+v", e, got, err, want)
		}
	}
}

func TestBrokenProtocol(t *testing.T) {
	for name, text := range map[string]string{
		"no event":             "hello\n",
		"no source":            ">HOLD\n",
		"long line":            ">LOG:1,I," + strings.Repeat("x", maxLine) + "\n",
		"endless line":         strings.Repeat("x", maxLine*2),
		"short state":          ">STATE:1,WAIT\n",
		"short connect":        ">CLIENT:CONNECT,1\n>CLIENT:ENV,END\n",
		"long connect":         ">CLIENT:CONNECT,1,2,3\n>CLIENT:ENV,END\n",
		"large number":         ">CLIENT:CONNECT,4294967296,1\n>CLIENT:ENV,END\n",
		"no number":            ">CLIENT:CONNECT,,1\n>CLIENT:ENV,END\n",
		"unknown client event": ">CLIENT:SOMETHING,1\n",
		"environment alone":    ">CLIENT:ENV,END\n",
		"environment broken":   ">CLIENT:CONNECT,1,2\n>CLIENT:ENV,a=b\n>HOLD:x\n",
		"two names":            ">CLIENT:CONNECT,1,2\n>CLIENT:ENV,username=a\n>CLIENT:ENV,username=b\n>CLIENT:ENV,END\n",
		"two passwords":        ">CLIENT:CONNECT,1,2\n>CLIENT:ENV,password=a\n>CLIENT:ENV,password=a\n>CLIENT:ENV,END\n",
		"endless environment":  ">CLIENT:CONNECT,1,2\n" + strings.Repeat(">CLIENT:ENV,a=b\n", maxEnv+1),
		"address":              ">CLIENT:ADDRESS,1,10.0.0\n",
		"address fields":       ">CLIENT:ADDRESS,1,10.0.0.1\n",
		"address zone":         ">CLIENT:ADDRESS,1,fe80::1%x,1\n",
		"mask":                 ">CLIENT:ADDRESS,1,10.0.0.0/255.0.255.0,1\n",
		"mask6":                ">CLIENT:ADDRESS,1,fd00::/129,1\n",
	} {
		if _, _, err := newReader(strings.NewReader(text)).next(); !errors.Is(err, errProtocol) {
			t.Errorf("%s: %v, want errProtocol", name, err)
		}
	}
	for _, cut := range []string{">CLIENT:CONNECT,1,2\n>CLIENT:ENV,a=b\n", ">CLIENT:CONNECT,1,2\n>CLIENT:ENV,EN", ">HOLD:x"} {
		if _, _, err := newReader(strings.NewReader(cut)).next(); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%q: %v, want unexpected EOF", cut, err)
		}
	}
}

// OpenVPN itself lets a client say 2 KiB about itself; that must not end the server for all.
func TestTalkativeClient(t *testing.T) {
	var text strings.Builder
	text.WriteString(">CLIENT:CONNECT,1,2\n")
	for i := range 500 {
		fmt.Fprintf(&text, ">CLIENT:ENV,UV_%d=\n", i)
	}
	text.WriteString(">CLIENT:ENV,UV_x=" + strings.Repeat("y", 8<<10) + "\n>CLIENT:ENV,username=u\n>CLIENT:ENV,END\n")
	e, _, err := newReader(strings.NewReader(text.String())).next()
	if want := (clientEvent{action: clientConnect, cid: 1, kid: 2, username: "u"}); err != nil || e != want {
		t.Errorf("%+v, %v", e, err)
	}
}

func FuzzEvents(f *testing.F) {
	f.Add(">CLIENT:CONNECT,0,1\n>CLIENT:ENV,username=u\n>CLIENT:ENV,password=p\n>CLIENT:ENV,END\nSUCCESS: x\n")
	f.Add(">CLIENT:ADDRESS,0,10.9.0.0/255.255.255.0,1\n>STATE:1,CONNECTED,SUCCESS,10.9.0.1,,,,\n")
	f.Add(">BYTECOUNT_CLI:1,2,3\n>LOG:1,I,x\n>PASSWORD:Verification Failed: 'Auth'\nERROR: x\n")
	f.Fuzz(func(t *testing.T, text string) {
		r := newReader(strings.NewReader(text))
		for range len(text) + 1 {
			e, _, err := r.next()
			switch {
			case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, errProtocol):
				return
			case err != nil:
				t.Fatalf("unexpected error %v", err)
			}
			if a, ok := e.(addressEvent); ok && !a.addr.IsValid() {
				t.Fatalf("invalid address in %+v", a)
			}
		}
		t.Fatal("more events than bytes")
	})
}
