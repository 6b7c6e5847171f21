package wire

import (
	"errors"
	"strings"
)

// ProblemPrefix starts the type of every problem that this API defines.
const ProblemPrefix = "urn:myst:problem:"

// Codes of problems: what follows ProblemPrefix in a problem's type.
const (
	CodeToken         = "token"          // 401: no token, or a wrong one
	CodeHost          = "host"           // 403: the Host header does not name this API
	CodeOrigin        = "origin"         // 403: a web page of another origin asks
	CodeInvalid       = "invalid"        // 4xx: the request is malformed
	CodeNoIdentity    = "no-identity"    // 409: no unlocked identity
	CodeNotRegistered = "not-registered" // 409: the identity is not registered on chain
	CodeNoProposal    = "no-proposal"    // 404: no proposal matches
	CodeNotFound      = "not-found"      // 404: no such session
	CodeUnavailable   = "unavailable"    // 503: a backend cannot be reached now
	CodeFunds         = "funds"          // 402: the deposit does not cover it
	CodeRefused       = "refused"        // 409: the provider refused
	CodeNotNow        = "not-now"        // 409: it makes no sense as things are
	CodeNotAgreed     = "not-agreed"     // 409: it would take more than was agreed to; the problem has the quote
	CodeShuttingDown  = "shutting-down"  // 503: the node is draining
	CodeTimeout       = "timeout"        // 504: a step took longer than its deadline
	CodeInternal      = "internal"       // 500: anything else
)

// Problem is an RFC 9457 problem document, application/problem+json. It is an error.
type Problem struct {
	Type   string  `json:"type" doc:"urn:myst:problem: and a code" example:"urn:myst:problem:no-proposal"`
	Title  string  `json:"title" doc:"the kind of problem, the same for every occurrence"`
	Status int     `json:"status" doc:"HTTP status"`
	Detail string  `json:"detail" doc:"this occurrence, and what to do"`
	Errors []Field `json:"errors,omitempty" doc:"which parts of the request are malformed"`
	Quote  *Quote  `json:"quote,omitempty" doc:"of not-agreed: what it would take"`
}

// Field is one malformed part of a request.
type Field struct {
	Location string `json:"location,omitempty" doc:"such as body.lock or query.country"`
	Message  string `json:"message"`
}

// Code returns what follows [ProblemPrefix] in the type. A malformed request without a type is CodeInvalid,
// anything else CodeInternal.
func (p *Problem) Code() string {
	if code, ok := strings.CutPrefix(p.Type, ProblemPrefix); ok {
		return code
	}
	if p.Status >= 400 && p.Status < 500 {
		return CodeInvalid
	}
	return CodeInternal
}

// Error returns the detail, else the title, and then the malformed fields.
func (p *Problem) Error() string {
	text := p.Detail
	if text == "" {
		text = p.Title
	}
	for i, f := range p.Errors {
		separator := "; "
		if i == 0 {
			separator = ": "
		}
		text += separator + strings.TrimSpace(f.Location+" "+f.Message)
	}
	return text
}

// CodeOf returns the code of the Problem in err's chain, or "" if there is none.
func CodeOf(err error) string {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p.Code()
	}
	return ""
}
