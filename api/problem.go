package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/node"
)

// titles name the kinds of problems, by code.
var titles = map[string]string{
	wire.CodeToken:         "Token missing or wrong",
	wire.CodeHost:          "Unexpected host",
	wire.CodeOrigin:        "Foreign origin",
	wire.CodeInvalid:       "Malformed request",
	wire.CodeNoIdentity:    "No unlocked identity",
	wire.CodeNotRegistered: "Identity not registered",
	wire.CodeNoProposal:    "No proposal matches",
	wire.CodeNotFound:      "Not found",
	wire.CodeUnavailable:   "Backend unavailable",
	wire.CodeFunds:         "Not enough deposit",
	wire.CodeRefused:       "Refused by the provider",
	wire.CodeNotNow:        "Not possible now",
	wire.CodeNotAgreed:     "Not agreed to",
	wire.CodeShuttingDown:  "Shutting down",
	wire.CodeTimeout:       "Deadline passed",
	wire.CodeInternal:      "Operation failed",
}

// kinds is the one table from the node's errors to statuses and codes. The first match counts.
var kinds = []struct {
	err    error
	status int
	code   string
}{
	{node.ErrNoIdentity, http.StatusConflict, wire.CodeNoIdentity},
	{node.ErrNotRegistered, http.StatusConflict, wire.CodeNotRegistered},
	{node.ErrProxyAddr, http.StatusUnprocessableEntity, wire.CodeInvalid},
	{node.ErrNoProposal, http.StatusNotFound, wire.CodeNoProposal},
	{node.ErrNotFound, http.StatusNotFound, wire.CodeNotFound},
	{node.ErrFunds, http.StatusPaymentRequired, wire.CodeFunds},
	{node.ErrRefused, http.StatusConflict, wire.CodeRefused},
	{node.ErrNotNow, http.StatusConflict, wire.CodeNotNow},
	{node.ErrShuttingDown, http.StatusServiceUnavailable, wire.CodeShuttingDown},
	{node.ErrUnavailable, http.StatusServiceUnavailable, wire.CodeUnavailable},
	{node.ErrNoAnswer, http.StatusGatewayTimeout, wire.CodeTimeout},
	{node.ErrNoOutcome, http.StatusGatewayTimeout, wire.CodeTimeout},
	{context.DeadlineExceeded, http.StatusGatewayTimeout, wire.CodeTimeout},
	// The API ends with the node, and the node's context with it.
	{context.Canceled, http.StatusServiceUnavailable, wire.CodeShuttingDown},
}

// errInvalid says that a request has the right form and a wrong content.
var errInvalid = errors.New("malformed request")

func newProblem(status int, code, detail string) *wire.Problem {
	return &wire.Problem{Type: wire.ProblemPrefix + code, Title: titles[code], Status: status, Detail: detail}
}

// problemOf describes an operation's failure.
func problemOf(err error) *wire.Problem {
	if errors.Is(err, errInvalid) {
		return newProblem(http.StatusUnprocessableEntity, wire.CodeInvalid, err.Error())
	}
	if unagreed, ok := errors.AsType[*node.AgreementError](err); ok {
		p, quote := newProblem(http.StatusConflict, wire.CodeNotAgreed, err.Error()), fromQuote(unagreed.Quote)
		p.Quote = &quote
		return p
	}
	for _, k := range kinds {
		if errors.Is(err, k.err) {
			return newProblem(k.status, k.code, err.Error())
		}
	}
	return newProblem(http.StatusInternalServerError, wire.CodeInternal, err.Error())
}

// toHuma puts a failure into the form that huma answers as application/problem+json.
func toHuma(err error) error {
	p := problemOf(err)
	return &huma.ErrorModel{Type: p.Type, Title: p.Title, Status: p.Status, Detail: p.Detail}
}
