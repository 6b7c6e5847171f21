package main

import (
	"fmt"
	"io"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/spf13/cobra"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/contracts"
)

func verifyCommand() *cobra.Command {
	var networkFile, rpc string
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Compare the deployed contracts with this build, byte by byte",
		Long: `Compare the code at the addresses of a network file with the contracts that this program was built with.
What a deployment writes into the code for ever, such as the fee rate and the treasury, is left out of the
comparison and printed. The exit status is 0 only if all of it is the same.`,
		Example: "  mystdev contracts verify --network network.json\n  mystdev contracts verify --network network.json --rpc https://rpc.example",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			network, err := chain.LoadNetwork(networkFile)
			if err != nil {
				return err
			}
			if rpc == "" {
				if len(network.RPC) == 0 {
					return fmt.Errorf("%s names no endpoint: give --rpc", networkFile)
				}
				rpc = network.RPC[0]
			}
			client, err := ethclient.DialContext(cmd.Context(), rpc)
			if err != nil {
				return fmt.Errorf("connect to %s: %w", rpc, err)
			}
			defer client.Close()
			id, err := client.ChainID(cmd.Context())
			if err != nil {
				return fmt.Errorf("ask %s for its chain ID: %w", rpc, err)
			}
			if !id.IsUint64() || id.Uint64() != network.ChainID {
				return fmt.Errorf("%s serves chain %s, the network is on chain %d", rpc, id, network.ChainID)
			}
			at := network.Contracts
			findings, err := contracts.Verify(cmd.Context(), client, contracts.Addresses{
				Coin: common.Address(at.Coin), Registry: common.Address(at.Registry), Payments: common.Address(at.Payments),
			})
			printFindings(cmd.OutOrStdout(), findings)
			if err != nil {
				return fmt.Errorf("the contracts are not those of this build: %w", err)
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&networkFile, "network", "network.json", "the network file")
	f.StringVar(&rpc, "rpc", "", "JSON-RPC endpoint; empty takes the network file's first")
	return cmd
}

// printFindings says of each contract whether it is the build's, and what its deployment fixed.
func printFindings(out io.Writer, findings []contracts.Finding) {
	for _, f := range findings {
		verdict := "same as this build"
		switch {
		case f.Err != nil:
			verdict = "DIFFERENT: " + f.Err.Error()
		case f.Contract == "Coin" && len(f.Immutables) == 0:
			verdict = "not the test coin; an ERC-20 of 18 decimals"
		}
		_, _ = fmt.Fprintf(out, "%-9s %s  %s\n", f.Contract, f.At, verdict)
		for _, i := range f.Immutables {
			_, _ = fmt.Fprintf(out, "  %-22s %s\n", i.Name, i.Value)
		}
	}
}
