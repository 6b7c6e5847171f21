package api

import (
	"context"
	"net/http"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/danielgtaylor/huma/v2/sse"

	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/node"
)

type (
	// nothing is the input of an operation without parameters.
	nothing struct{}
	// answer is an output: huma takes the body from a field of this name.
	answer[T any] struct{ Body T }

	proposalsInput struct{ wire.Filter }
	connectInput   struct{ Body wire.Connect }
	limitInput     struct{ wire.Limit }
	depositInput   struct{ Body wire.Deposit }
	unlockInput    struct{ Body wire.Unlock }
	ledgerInput    struct{ wire.LedgerFilter }
	quoteInput     struct{ wire.QuoteRequest }

	beneficiaryInput struct{ Body wire.Beneficiary }
	reclaimInput     struct{ Body wire.Reclaim }

	withdrawDepositInput struct{ Body wire.WithdrawDeposit }

	topUpInput struct {
		ID   string `path:"id" pattern:"^[0-9a-f]{32}$" doc:"session, 32 hexadecimal digits"`
		Body wire.Deposit
	}
	disconnectInput struct {
		ID string `path:"id" pattern:"^[0-9a-f]{32}$" doc:"session, 32 hexadecimal digits"`
	}
)

// newHandler routes every operation of the API. It expects a guard in front of it.
func newHandler(n Node, version string) http.Handler {
	if version == "" {
		version = "dev"
	}
	config := huma.DefaultConfig("myst local API", version)
	config.Info.Description = "What a node offers to programs on the same machine. " +
		"Amounts in requests are decimal coins; long operations answer with server-sent events that end with a result or a problem."
	// No page that loads scripts from elsewhere, and no $schema links in answers.
	config.DocsPath, config.SchemasPath, config.CreateHooks = "", "", nil
	config.RejectUnknownQueryParameters = true
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token": {Type: "http", Scheme: "bearer", Description: "the content of " + TokenFile + " in the data directory"},
	}
	config.Security = []map[string][]string{{"token": {}}}
	mux := http.NewServeMux()
	register(humago.New(mux, config), n)
	return mux
}

func register(a huma.API, n Node) {
	get(a, "status", "/v1/status", "What the node is and how its parts are",
		func(ctx context.Context, _ *nothing) (wire.Status, error) {
			status, err := n.Status(ctx)
			return fromStatus(status), err
		})
	get(a, "proposals", "/v1/proposals", "Find offers, cheapest first",
		func(ctx context.Context, in *proposalsInput) (wire.Proposals, error) {
			filter, err := toFilter(in.Filter)
			if err != nil {
				return wire.Proposals{}, err
			}
			found, err := n.Proposals(ctx, filter)
			return fromProposals(found, filter.MeteringUnit), err
		})
	get(a, "sessions", "/v1/sessions", "List sessions, newest first",
		func(ctx context.Context, _ *nothing) (wire.Sessions, error) {
			sessions, err := n.Sessions(ctx)
			return wire.Sessions{Sessions: fromSessions(sessions)}, err
		})
	get(a, "balance", "/v1/balance", "What the node's identity owns",
		func(ctx context.Context, _ *nothing) (wire.Balance, error) {
			balance, err := n.Balance(ctx)
			return fromBalance(balance), err
		})
	stream(a, "connect", http.MethodPost, "/v1/sessions", "Open a session with the cheapest provider that matches",
		func(ctx context.Context, in *connectInput, progress func(node.Progress)) (wire.Session, error) {
			req, err := toConnect(in.Body)
			if err != nil {
				return wire.Session{}, err
			}
			session, err := n.Connect(ctx, req, progress)
			return fromSession(session), err
		})
	stream(a, "disconnect", http.MethodDelete, "/v1/sessions/{id}", "End a session and settle it",
		func(ctx context.Context, in *disconnectInput, progress func(node.Progress)) (wire.Session, error) {
			session, err := n.Disconnect(ctx, in.ID, progress)
			return fromSession(session), err
		})
	registerMoney(a, n)
	registerBooks(a, n)
	registerBack(a, n)
}

func registerMoney(a huma.API, n Node) {
	stream(a, "register", http.MethodPost, "/v1/register", "Register the node's identity on chain",
		func(ctx context.Context, in *limitInput, progress func(node.Progress)) (wire.Payment, error) {
			most, err := toMost(in.MaxFee)
			if err != nil {
				return wire.Payment{}, err
			}
			payment, err := n.Register(ctx, most, progress)
			return fromPayment(payment), err
		})
	stream(a, "deposit", http.MethodPost, "/v1/deposit", "Move coins from the wallet into the deposit",
		func(ctx context.Context, in *depositInput, progress func(node.Progress)) (wire.Payment, error) {
			amount, most, err := toDeposit(in.Body)
			if err != nil {
				return wire.Payment{}, err
			}
			payment, err := n.Deposit(ctx, amount, most, progress)
			return fromPayment(payment), err
		})
	stream(a, "withdraw", http.MethodPost, "/v1/withdraw", "Pay the earnings out to the beneficiary",
		func(ctx context.Context, in *limitInput, progress func(node.Progress)) (wire.Payment, error) {
			most, err := toMost(in.MaxFee)
			if err != nil {
				return wire.Payment{}, err
			}
			payment, err := n.Withdraw(ctx, most, progress)
			return fromPayment(payment), err
		})
	stream(a, "clear", http.MethodPost, "/v1/clear", "Claim every promise that is not cleared yet",
		func(ctx context.Context, in *limitInput, progress func(node.Progress)) (wire.Payments, error) {
			most, err := toMost(in.MaxFee)
			if err != nil {
				return wire.Payments{}, err
			}
			payments, err := n.Clear(ctx, most, progress)
			return fromPayments(payments), err
		})
}

// registerBooks adds what tells of money.
func registerBooks(a huma.API, n Node) {
	get(a, "ledger", "/v1/ledger", "List what happened to the coins, oldest first",
		func(ctx context.Context, in *ledgerInput) (wire.Ledger, error) {
			filter, err := toLedgerFilter(in.LedgerFilter)
			if err != nil {
				return wire.Ledger{}, err
			}
			return ledgerPage(ctx, n, filter)
		})
	get(a, "earnings", "/v1/earnings", "What each identity earned as a provider",
		func(ctx context.Context, _ *nothing) (wire.EarningsList, error) {
			all, err := n.Earnings(ctx)
			return wire.EarningsList{Earnings: convert(all, fromEarnings)}, err
		})
	get(a, "quote", "/v1/quote", "What an operation would cost",
		func(ctx context.Context, in *quoteInput) (wire.Quote, error) {
			req, err := toQuote(in.QuoteRequest)
			if err != nil {
				return wire.Quote{}, err
			}
			quote, err := n.Quote(ctx, req)
			return fromQuote(quote), err
		})
	stream(a, "topup", http.MethodPost, "/v1/sessions/{id}/topup", "Lock more for an open session's provider",
		func(ctx context.Context, in *topUpInput, progress func(node.Progress)) (wire.Payment, error) {
			amount, most, err := toDeposit(in.Body)
			if err != nil {
				return wire.Payment{}, err
			}
			payment, err := n.TopUp(ctx, in.ID, amount, most, progress)
			return fromPayment(payment), err
		})
	stream(a, "beneficiary", http.MethodPost, "/v1/beneficiary", "Name who receives the earnings, once",
		func(ctx context.Context, in *beneficiaryInput, progress func(node.Progress)) (wire.Payment, error) {
			who, err := toAddress("beneficiary", in.Body.Beneficiary)
			if err != nil {
				return wire.Payment{}, err
			}
			most, err := toMost(in.Body.MaxFee)
			if err != nil {
				return wire.Payment{}, err
			}
			payment, err := n.SetBeneficiary(ctx, who, most, progress)
			return fromPayment(payment), err
		})
}

// registerBack adds what takes a lock and a deposit back.
func registerBack(a huma.API, n Node) {
	stream(a, "unlock", http.MethodPost, "/v1/unlock", "Take a payment channel from its provider: by its release, or ask, and after the delay finish",
		func(ctx context.Context, in *unlockInput, progress func(node.Progress)) (wire.Payment, error) {
			most, err := toMost(in.Body.MaxFee)
			if err != nil {
				return wire.Payment{}, err
			}
			payment, err := n.Unlock(ctx, node.UnlockRequest{Channel: in.Body.Channel, Most: most, Timed: in.Body.Timed}, progress)
			return fromPayment(payment), err
		})
	stream(a, "reclaim", http.MethodPost, "/v1/reclaim", "Move what a free payment channel holds back to the deposit",
		func(ctx context.Context, in *reclaimInput, progress func(node.Progress)) (wire.Payment, error) {
			most, err := toMost(in.Body.MaxFee)
			if err != nil {
				return wire.Payment{}, err
			}
			payment, err := n.Reclaim(ctx, in.Body.Channel, most, progress)
			return fromPayment(payment), err
		})
	stream(a, "withdraw-deposit", http.MethodPost, "/v1/withdraw-deposit", "Pay coins out of the deposit",
		func(ctx context.Context, in *withdrawDepositInput, progress func(node.Progress)) (wire.Payment, error) {
			amount, to, err := toWithdrawal(in.Body.Amount, in.Body.To)
			if err != nil {
				return wire.Payment{}, err
			}
			most, err := toMost(in.Body.MaxFee)
			if err != nil {
				return wire.Payment{}, err
			}
			payment, err := n.WithdrawDeposit(ctx, to, amount, most, progress)
			return fromPayment(payment), err
		})
}

// get adds an operation that answers at once.
func get[I, O any](a huma.API, id, path, summary string, run func(context.Context, *I) (O, error)) {
	op := huma.Operation{OperationID: id, Method: http.MethodGet, Path: path, Summary: summary}
	huma.Register(a, op, func(ctx context.Context, in *I) (*answer[O], error) {
		out, err := run(ctx, in)
		if err != nil {
			return nil, toHuma(err)
		}
		return &answer[O]{Body: out}, nil
	})
}

// stream adds an operation that tells its progress. What it does ends when the client goes away.
func stream[I, O any](a huma.API, id, method, path, summary string, run func(context.Context, *I, func(node.Progress)) (O, error)) {
	op := huma.Operation{
		OperationID: id, Method: method, Path: path, Summary: summary,
		// The guard has read the body in its time; huma's deadline for it would cancel the operation.
		BodyReadTimeout: -1, MaxBodyBytes: maxBody,
	}
	events := map[string]any{"progress": wire.Progress{}, "result": *new(O), "problem": wire.Problem{}}
	sse.Register(a, op, events, func(ctx context.Context, in *I, send sse.Sender) {
		// Progress may come from several goroutines, and late: the stream must not see it then.
		var mu sync.Mutex
		ended := false
		// An event that cannot be sent means that the client has gone, which also ends ctx.
		emit := func(event any, last bool) {
			mu.Lock()
			defer mu.Unlock()
			if !ended {
				ended = last
				_ = send.Data(event)
			}
		}
		out, err := run(ctx, in, func(p node.Progress) {
			emit(wire.Progress(p), false)
		})
		if err != nil {
			emit(*problemOf(err), true)
			return
		}
		emit(out, true)
	})
}
